//! Everything between the pages and the database: time, the network, the server's processes and what goes wrong.

use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::fmt;

use inbox_socket::core::{ConnectionError, Event, SocketId};

use crate::client::{Client, Heard, Wish};
use crate::dice::Dice;
use crate::server::{Database, Frame, Room, Seq};

type Page = usize;
type Link = usize;

const PAGES: usize = 3;
const ROOMS: usize = 4;

/// Trouble lasts this long, in virtual ms; then everything works, and all has to come right by the end.
const TROUBLE: u64 = 90_000;
const END: u64 = TROUBLE + 240_000;

/// Something that happens at a time.
enum Happening {
    Alarm(Page, u64),
    UserSends(Page),
    Trouble,
    Opened(Link),
    Closed(Link, u16),
    ToServer(Link, Frame),
    ToPage(Link, Frame),
    /// The channel layer brings a broadcast to the process that serves this link.
    Broadcast(Link, Frame),
    Wake(Page),
    /// The user has read that the session has expired.
    SignsIn(Page),
}

/// One socket, from both ends.
struct Socket {
    page: Page,
    id: SocketId,
    page_holds: bool,
    server_holds: bool,
    /// Half-open: nothing arrives in either direction, and nobody is told.
    silent: bool,
    /// What was sent first arrives first.
    up_until: u64,
    down_until: u64,
}

pub(crate) struct World {
    dice: Dice,
    now: u64,
    count: u64,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    happenings: BTreeMap<u64, Happening>,
    pages: Vec<Client>,
    /// How far each page's clock runs ahead, and until when the page sleeps.
    clocks: Vec<u64>,
    asleep: Vec<u64>,
    alarms: Vec<u64>,
    links: Vec<Socket>,
    database: Database,
    /// The server is down until then.
    down_until: u64,
    tally: Tally,
    story: bool,
}

/// What went wrong, to show that the trouble was real.
#[derive(Default)]
pub(crate) struct Tally {
    counts: BTreeMap<&'static str, u64>,
}

impl Tally {
    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (what, count) in &other.counts {
            *self.counts.entry(what).or_default() += count;
        }
    }

    /// A simulation in which nothing goes wrong shows nothing.
    pub(crate) fn assert_eventful(&self) {
        for what in KINDS_OF_TROUBLE {
            assert!(self.counts.contains_key(what), "there was no {what}");
        }
    }
}

const KINDS_OF_TROUBLE: [&str; 17] = [
    "connection cut",
    "connection half-open",
    "handshake lost on the way",
    "handshake refused",
    "handshake hangs",
    "server killed before commit",
    "server killed after commit",
    "server killed after ack",
    "server restarted politely",
    "session expired",
    "broadcast lost",
    "broadcast doubled",
    "alarm held up",
    "clock jumped",
    "page slept",
    "history evicted",
    "user joined",
];

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, count) in &self.counts {
            writeln!(f, "{count:>9}  {what}")?;
        }
        Ok(())
    }
}

impl World {
    pub(crate) fn new(seed: u64, story: bool) -> Self {
        let mut dice = Dice::new(seed);
        let mut database = Database::default();
        for room in 0..ROOMS {
            let mut members = BTreeMap::new();
            for user in 0..PAGES {
                // The last room is joined later.
                if room + 1 < ROOMS && (room == 0 || dice.percent(70)) {
                    members.insert(user, 0);
                }
            }
            database.rooms.push(Room { members, ..Room::default() });
        }
        let pages = (0..PAGES).map(|user| Client::new(user, seed ^ user as u64)).collect();
        Self {
            dice,
            now: 0,
            count: 0,
            queue: BinaryHeap::new(),
            happenings: BTreeMap::new(),
            pages,
            clocks: vec![0; PAGES],
            asleep: vec![0; PAGES],
            alarms: vec![u64::MAX; PAGES],
            links: Vec::new(),
            database,
            down_until: 0,
            tally: Tally::default(),
            story,
        }
    }

    pub(crate) fn run(&mut self) {
        for page in 0..PAGES {
            let now = self.local(page);
            let wishes = self.pages[page].start(now);
            self.fulfil(page, wishes);
            let first = self.dice.between(0, 3_000);
            self.at(first, Happening::UserSends(page));
        }
        self.at(500, Happening::Trouble);
        while let Some(Reverse((at, id))) = self.queue.pop() {
            if at > END {
                break;
            }
            self.now = at;
            let happening = self.happenings.remove(&id).expect("queued once");
            self.happen(happening);
        }
    }

    pub(crate) fn tally(self) -> Tally {
        self.tally
    }

    // What happens.

    fn happen(&mut self, happening: Happening) {
        if let Some(page) = self.page_of(&happening)
            && self.asleep[page] > self.now
        {
            // What comes to a sleeping page is there when it wakes, in no order that one could rely on.
            let delay = self.asleep[page] - self.now + self.dice.between(0, 3);
            self.at(delay, happening);
            return;
        }
        match happening {
            // One that was replaced by an earlier one does not go off.
            Happening::Alarm(page, at) if self.alarms[page] != at => {}
            Happening::Alarm(page, _) => {
                self.alarms[page] = u64::MAX;
                self.tell(page, Event::Alarm);
            }
            Happening::Wake(page) => {
                let event = if self.dice.percent(50) { Event::Visible } else { Event::Online };
                self.tell(page, event);
            }
            Happening::UserSends(page) => self.user_sends(page),
            Happening::SignsIn(page) => self.tell(page, Event::Retry),
            Happening::Trouble => self.trouble(),
            Happening::Opened(link) => {
                let socket = &self.links[link];
                if socket.page_holds && !socket.silent {
                    let (page, id) = (socket.page, socket.id);
                    self.tell(page, Event::Opened { socket: id });
                }
            }
            Happening::Closed(link, code) => {
                let socket = &mut self.links[link];
                if socket.page_holds {
                    socket.page_holds = false;
                    let (page, id) = (socket.page, socket.id);
                    let hint = (code == 1012).then_some(3_000);
                    self.tell(page, Event::Closed { socket: id, code, retry_after: hint });
                }
            }
            Happening::ToPage(link, frame) => {
                let socket = &self.links[link];
                if socket.page_holds && !socket.silent {
                    let (page, id) = (socket.page, socket.id);
                    self.note(|| format!("page {page} ← {frame:?}"));
                    let now = self.local(page);
                    let wishes = self.pages[page].receive(now, id, frame);
                    self.fulfil(page, wishes);
                }
            }
            Happening::ToServer(link, frame) => {
                if self.links[link].server_holds && !self.links[link].silent {
                    self.serve(link, frame);
                }
            }
            Happening::Broadcast(link, frame) => {
                if self.links[link].server_holds {
                    self.send_down(link, frame);
                }
            }
        }
    }

    fn page_of(&self, happening: &Happening) -> Option<Page> {
        match happening {
            Happening::Alarm(page, _) | Happening::Wake(page) | Happening::SignsIn(page) => Some(*page),
            Happening::Opened(link) | Happening::Closed(link, _) | Happening::ToPage(link, _) => {
                Some(self.links[*link].page)
            }
            _ => None,
        }
    }

    fn user_sends(&mut self, page: Page) {
        if self.now < TROUBLE {
            let user = self.pages[page].user;
            let rooms = self.database.rooms.iter().enumerate();
            let mine: Vec<_> =
                rooms.filter(|(_, room)| room.members.contains_key(&user)).map(|(n, _)| n).collect();
            let room = mine[self.dice.between(0, mine.len() as u64 - 1) as usize];
            let burst = if self.dice.percent(10) { 40 } else { 1 };
            for _ in 0..burst {
                let now = self.local(page);
                let wishes = self.pages[page].send(now, room);
                self.fulfil(page, wishes);
            }
            let pause = self.dice.between(10, 4_000);
            self.at(pause, Happening::UserSends(page));
        }
    }

    fn trouble(&mut self) {
        if self.now >= TROUBLE {
            return;
        }
        let page = self.dice.between(0, PAGES as u64 - 1) as usize;
        match self.dice.between(0, 11) {
            0 | 1 => self.cut(page),
            2 => self.half_open(page),
            3 => self.kill_server(),
            4 => self.restart_server(),
            5 => self.close_link_of(page, 4401, "session expired"),
            6 => {
                self.tally.count("clock jumped");
                self.clocks[page] = self.clocks[page].saturating_sub(500) + self.dice.between(0, 4_000);
            }
            7 => {
                self.tally.count("page slept");
                let span = self.dice.between(1_000, 70_000);
                self.asleep[page] = self.now + span;
                self.note(|| format!("page {page} sleeps {span} ms"));
                self.at(span, Happening::Wake(page));
            }
            8 => self.evict(),
            9 => self.join(page),
            10 => self.tell_if_awake(page, Event::Offline),
            _ => self.tell_if_awake(page, Event::Retry),
        }
        let pause = self.dice.between(50, 6_000);
        self.at(pause, Happening::Trouble);
    }

    fn tell_if_awake(&mut self, page: Page, event: Event) {
        if self.asleep[page] <= self.now {
            self.tell(page, event);
        }
    }

    fn cut(&mut self, page: Page) {
        for link in self.links_of(page) {
            self.tally.count("connection cut");
            self.note(|| format!("page {page} is cut off"));
            self.links[link].server_holds = false;
            // Whatever is under way in either direction is lost with it.
            self.links[link].silent = true;
            let delay = self.dice.between(0, 300);
            self.at(delay, Happening::Closed(link, 1006));
        }
    }

    fn half_open(&mut self, page: Page) {
        for link in self.links_of(page) {
            self.tally.count("connection half-open");
            self.note(|| format!("page {page} is half-open"));
            self.links[link].silent = true;
        }
    }

    fn kill_server(&mut self) {
        self.note(|| "the server is killed".to_owned());
        let span = self.dice.between(10, 8_000);
        self.down_until = self.now + span;
        self.lose_all_links(1006);
    }

    fn restart_server(&mut self) {
        self.tally.count("server restarted politely");
        let span = self.dice.between(10, 3_000);
        self.down_until = self.now + span;
        self.lose_all_links(1012);
    }

    fn lose_all_links(&mut self, code: u16) {
        for link in 0..self.links.len() {
            if self.links[link].server_holds {
                self.links[link].server_holds = false;
                if !self.links[link].silent {
                    let delay = self.dice.between(0, 200);
                    self.at(delay, Happening::Closed(link, code));
                }
            }
        }
    }

    fn close_link_of(&mut self, page: Page, code: u16, what: &'static str) {
        for link in self.links_of(page) {
            self.tally.count(what);
            self.links[link].server_holds = false;
            if !self.links[link].silent {
                let delay = self.latency();
                self.at(delay, Happening::Closed(link, code));
            }
        }
    }

    fn evict(&mut self) {
        let room = self.dice.between(0, ROOMS as u64 - 1) as usize;
        let room = &mut self.database.rooms[room];
        // Rarely, and never the newest: most of what is missed has to be found again.
        if room.head() > 12 && self.dice.percent(20) {
            room.floor = room.floor.max(room.head() - 10);
            self.tally.count("history evicted");
        }
    }

    fn join(&mut self, page: Page) {
        let user = self.pages[page].user;
        let room = &mut self.database.rooms[ROOMS - 1];
        let head = room.head();
        if let Entry::Vacant(membership) = room.members.entry(user) {
            membership.insert(head);
            self.tally.count("user joined");
            self.note(|| format!("user {user} joins room {} at {head}", ROOMS - 1));
        }
    }

    // The server.

    fn serve(&mut self, link: Link, frame: Frame) {
        let user = self.pages[self.links[link].page].user;
        self.note(|| format!("server ← user {user} {frame:?}"));
        match frame {
            Frame::Hello => {
                let heads = self.database.heads(user);
                self.send_down(link, Frame::Welcome { heads });
            }
            Frame::Sync { id, after } => {
                let response = self.database.sync(user, id, &after);
                self.send_down(link, Frame::SyncResponse(response));
            }
            Frame::Ping => {
                let total = self.database.total(user);
                self.send_down(link, Frame::Pong { total });
            }
            Frame::Send { client_id, conversation } => self.serve_message(link, conversation, client_id),
            _ => unreachable!("a client's frame"),
        }
    }

    fn serve_message(&mut self, link: Link, conversation: usize, client_id: String) {
        let fate = if self.now < TROUBLE { self.dice.between(0, 200) } else { u64::MAX };
        if fate < 6 {
            self.tally.count("rate limited");
            let retry_after = self.dice.between(100, 2_000);
            self.send_down(link, Frame::RateLimited { client_id, retry_after });
            return;
        }
        if fate == 7 {
            self.tally.count("server killed before commit");
            self.kill_server();
            return;
        }
        let (message, _) = self.database.store(conversation, &client_id);
        if fate == 8 {
            self.tally.count("server killed after commit");
            self.kill_server();
            return;
        }
        self.send_down(link, Frame::Ack { client_id });
        if fate == 9 {
            self.tally.count("server killed after ack");
            self.kill_server();
            return;
        }
        // A repeated message is broadcast again, but never to somebody who joined after it.
        let members = self.database.rooms[conversation].members.iter();
        let members: BTreeSet<_> =
            members.filter(|(_, joined)| **joined < message.seq).map(|(user, _)| *user).collect();
        for to in 0..self.links.len() {
            let socket = &self.links[to];
            if socket.server_holds && members.contains(&self.pages[socket.page].user) {
                self.broadcast(to, Frame::Message(message.clone()));
            }
        }
    }

    fn broadcast(&mut self, link: Link, frame: Frame) {
        let in_trouble = self.now < TROUBLE;
        if in_trouble && self.dice.percent(4) {
            self.tally.count("broadcast lost");
            return;
        }
        let copies = if in_trouble && self.dice.percent(4) { 2 } else { 1 };
        if copies == 2 {
            self.tally.count("broadcast doubled");
        }
        for _ in 0..copies {
            // Broadcasts of several processes cross.
            let delay = if in_trouble && self.dice.percent(10) { self.dice.between(0, 400) } else { 1 };
            self.at(delay, Happening::Broadcast(link, frame.clone()));
        }
    }

    // The network.

    fn fulfil(&mut self, page: Page, wishes: Vec<Wish>) {
        for wish in wishes {
            match wish {
                Wish::Connect(id) => self.connect(page, id),
                Wish::Drop(id) => {
                    for link in 0..self.links.len() {
                        if self.links[link].page == page && self.links[link].id == id {
                            self.links[link].page_holds = false;
                            // The server hears of it late, or never.
                            if self.dice.percent(80) {
                                self.links[link].server_holds = false;
                            }
                        }
                    }
                }
                Wish::Send(id, frame) => {
                    let link = self.links.iter().position(|socket| socket.page == page && socket.id == id);
                    let link = link.expect("frames go through sockets that were opened");
                    if self.links[link].page_holds {
                        let at = (self.now + self.latency()).max(self.links[link].up_until);
                        self.links[link].up_until = at;
                        self.at(at - self.now, Happening::ToServer(link, frame));
                    }
                }
            }
        }
        if self.pages[page].machine.status().error == Some(ConnectionError::SessionExpired) {
            self.at(2_000, Happening::SignsIn(page));
        }
        self.set_alarm(page);
    }

    fn connect(&mut self, page: Page, id: SocketId) {
        let link = self.links.len();
        self.links.push(Socket {
            page,
            id,
            page_holds: true,
            server_holds: false,
            silent: false,
            up_until: 0,
            down_until: 0,
        });
        let delay = self.latency();
        if self.now < self.down_until {
            self.tally.count("handshake refused");
            self.at(delay, Happening::Closed(link, 1006));
            return;
        }
        let fate = if self.now < TROUBLE { self.dice.between(0, 19) } else { 19 };
        match fate {
            0 => self.tally.count("handshake hangs"),
            1 => {
                // The server has accepted, and the answer never arrives.
                self.tally.count("handshake lost on the way");
                self.links[link].server_holds = true;
                self.links[link].silent = true;
                self.at(delay, Happening::Closed(link, 1006));
            }
            _ => {
                self.links[link].server_holds = true;
                self.at(delay, Happening::Opened(link));
                self.links[link].down_until = self.now + delay;
            }
        }
    }

    fn send_down(&mut self, link: Link, frame: Frame) {
        let at = (self.now + self.latency()).max(self.links[link].down_until);
        self.links[link].down_until = at;
        self.at(at - self.now, Happening::ToPage(link, frame));
    }

    fn latency(&mut self) -> u64 {
        // Mostly quick, now and then a stall.
        if self.now < TROUBLE && self.dice.percent(2) {
            self.dice.between(500, 7_000)
        } else {
            self.dice.between(5, 60)
        }
    }

    fn links_of(&self, page: Page) -> Vec<Link> {
        (0..self.links.len())
            .filter(|link| self.links[*link].page == page && self.links[*link].server_holds)
            .collect()
    }

    // Time.

    fn tell(&mut self, page: Page, event: Event) {
        self.note(|| format!("page {page}: {event:?}"));
        let now = self.local(page);
        let wishes = self.pages[page].handle(now, event);
        self.fulfil(page, wishes);
    }

    fn local(&self, page: Page) -> u64 {
        self.now + self.clocks[page]
    }

    fn set_alarm(&mut self, page: Page) {
        let Some(deadline) = self.pages[page].machine.next_deadline() else { return };
        let mut delay = deadline.saturating_sub(self.local(page));
        if self.now < TROUBLE && self.dice.percent(3) {
            self.tally.count("alarm held up");
            delay += self.dice.between(100, 60_000);
        }
        // An alarm that is set for earlier is as good; a later one is of no use.
        if self.now + delay < self.alarms[page] {
            self.alarms[page] = self.now + delay;
            self.at(delay, Happening::Alarm(page, self.now + delay));
        }
    }

    fn at(&mut self, delay: u64, happening: Happening) {
        self.count += 1;
        self.queue.push(Reverse((self.now + delay, self.count)));
        self.happenings.insert(self.count, happening);
    }

    fn note(&self, line: impl FnOnce() -> String) {
        if self.story {
            eprintln!("{:>7} ms  {}", self.now, line());
        }
    }

    // What has to hold.

    pub(crate) fn check(&self) {
        for page in &self.pages {
            self.check_sent(page);
            self.check_heard(page);
        }
    }

    /// What was accepted is stored exactly once, and its sender was told so exactly once.
    fn check_sent(&self, page: &Client) {
        assert!(page.is_settled(), "user {}: messages still wait to be acknowledged", page.user);
        let stored: Vec<_> = self.database.rooms.iter().flat_map(|room| &room.messages).collect();
        for client_id in &page.accepted {
            let copies = stored.iter().filter(|message| message.client_id == *client_id).count();
            assert_eq!(copies, 1, "message {client_id} is stored {copies} times");
            let told = page.delivered.iter().filter(|delivered| *delivered == client_id).count();
            assert_eq!(told, 1, "message {client_id} was reported delivered {told} times");
        }
    }

    /// Every message from where the page begins was heard exactly once and in order, unless it was evicted, and then
    /// the page was told.
    fn check_heard(&self, page: &Client) {
        let (begins, before) = page.begins.as_ref().expect("the page was welcomed");
        for (number, room) in self.database.rooms.iter().enumerate() {
            let Some(joined) = room.members.get(&page.user) else { continue };
            let begin = begins.get(&number).copied().unwrap_or(*joined);
            let mut cursor: Option<Seq> = None;
            for heard in &page.heard[*before..] {
                let who = format!("user {}, room {number}, after {cursor:?}", page.user);
                match heard {
                    Heard::Message(message) if message.conversation == number => {
                        // The page may have heard something before it was told where it begins.
                        let earliest = begin.min(message.seq - 1);
                        // Of a conversation that is new to the page, what was evicted before is not missed.
                        let is_new = !begins.contains_key(&number) && message.seq <= room.floor + 1;
                        let first = if is_new { message.seq - 1 } else { earliest };
                        let expected = cursor.unwrap_or(first) + 1;
                        assert_eq!(message.seq, expected, "{who}");
                        cursor = Some(message.seq);
                    }
                    Heard::Gap { conversation, after, before } if *conversation == number => {
                        assert_eq!(
                            *after,
                            cursor.unwrap_or(begin),
                            "{who}: a gap begins where hearing ended"
                        );
                        assert!(*before > after + 1, "{who}: a gap has something in it");
                        assert!(*before - 1 <= room.floor, "{who}: nothing was evicted before {before}");
                        cursor = Some(before - 1);
                    }
                    _ => {}
                }
            }
            assert_eq!(
                cursor.unwrap_or(begin),
                room.head(),
                "user {}, room {number}: heard to the end",
                page.user
            );
        }
    }
}
