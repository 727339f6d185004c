//! Everything between the pages and the database: time, the network, the server's processes and the faults.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use inbox_socket::core::{ConnectionError, Event, SocketId};

use crate::client::{Client, FRAME_LIMIT, Wish};
use crate::dice::Dice;
use crate::promises;
use crate::schedule::Schedule;
use crate::server::{Database, Frame, Message, Room};
use crate::tally::Tally;

type Page = usize;
type Link = usize;

const PAGES: usize = 3;
const ROOMS: usize = 4;

/// Faults happen for this long, in virtual ms. Then everything works, and all messages must arrive by the end.
const TROUBLE: u64 = 90_000;
const END: u64 = TROUBLE + 240_000;

/// The page must give up a dead connection within this time after it sent a frame.
const NOTICED_WITHIN: u64 = 6_000;

/// A scheduled event.
enum Happening {
    Alarm(Page, u64),
    UserSends(Page),
    Trouble,
    Opened(Link),
    Closed(Link, u16),
    ToServer(Link, Frame),
    ToPage(Link, Frame),
    /// A broadcast reaches the server process of this link.
    Broadcast(Link, Frame),
    Wake(Page),
    /// The user signs in again after the session has expired.
    SignsIn(Page),
}

/// One socket, from both ends.
struct Socket {
    page: Page,
    id: SocketId,
    page_holds: bool,
    server_holds: bool,
    /// Half-open: nothing arrives in either direction, and neither end detects it.
    silent: bool,
    /// A one-way outage: the page's frames are lost, and the server's still arrive.
    deaf: bool,
    /// The server has replied to `hello`.
    is_welcomed: bool,
    /// Bytes per ms, in each direction.
    rate: u64,
    /// Since when the page waits for a reply to a frame sent on a dead connection.
    unanswered_since: Option<u64>,
    /// When the last frame in each direction arrives: frames stay in order.
    up_until: u64,
    down_until: u64,
}

impl Socket {
    /// Whether the page's frames are lost.
    fn is_dead(&self) -> bool {
        self.silent || self.deaf
    }
}

pub(crate) struct World {
    dice: Dice,
    now: u64,
    schedule: Schedule<Happening>,
    pages: Vec<Client>,
    /// How far each page's clock is ahead, and until when the page sleeps.
    clocks: Vec<u64>,
    asleep: Vec<u64>,
    alarms: Vec<u64>,
    /// Until when a page's timing is unreliable: its alarms are delayed, or its clock has jumped.
    disturbed: Vec<u64>,
    /// Pages that have given up a connection themselves, and may wait longer since.
    has_given_up: Vec<bool>,
    /// Until when a page's connections open but lose its frames, from the first one on.
    dark_until: Vec<u64>,
    /// All links of this seed are slow.
    is_slow: bool,
    links: Vec<Socket>,
    database: Database,
    /// Until when the server is down.
    down_until: u64,
    tally: Tally,
    prints_history: bool,
}

pub(crate) const KINDS_OF_TROUBLE: [&str; 23] = [
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
    "broadcast duplicated",
    "alarm delayed",
    "clock jumped",
    "page slept",
    "history evicted",
    "one-way outage",
    "message too long",
    "frame too long to be read",
    "frame of the application",
    "batch with floors only",
    "first contact with a dead network",
    "user joined",
];

impl World {
    pub(crate) fn new(seed: u64, prints_history: bool) -> Self {
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
        let is_slow = dice.percent(20);
        let mut dark_until = vec![0; PAGES];
        if dice.percent(20) {
            dark_until[0] = dice.between(1_000, 60_000);
        }
        let pages = (0..PAGES).map(|user| Client::new(user, seed ^ user as u64)).collect();
        Self {
            dice,
            now: 0,
            schedule: Schedule::new(),
            pages,
            clocks: vec![0; PAGES],
            asleep: vec![0; PAGES],
            alarms: vec![u64::MAX; PAGES],
            disturbed: vec![0; PAGES],
            has_given_up: vec![false; PAGES],
            dark_until,
            is_slow,
            links: Vec::new(),
            database,
            down_until: 0,
            tally: Tally::default(),
            prints_history,
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
        while let Some((at, happening)) = self.schedule.next(END) {
            self.now = at;
            self.happen(happening);
        }
    }

    pub(crate) fn tally(self) -> Tally {
        self.tally
    }

    // Events.

    fn happen(&mut self, happening: Happening) {
        if let Some(page) = self.page_of(&happening)
            && self.asleep[page] > self.now
        {
            // Events for a sleeping page arrive when it wakes, in any order.
            let delay = self.asleep[page] - self.now + self.dice.between(0, 3);
            self.at(delay, happening);
            return;
        }
        match happening {
            // An alarm that was replaced does not go off.
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
                    if frame.is_answer() {
                        // A reply to a frame that was sent before the connection died.
                        let now = self.now;
                        self.links[link].unanswered_since.iter_mut().for_each(|since| *since = now);
                    }
                    if frame.size() > FRAME_LIMIT {
                        self.tally.count("frame too long to be read");
                    }
                    let now = self.local(page);
                    let wishes = self.pages[page].receive(now, id, frame);
                    self.fulfil(page, wishes);
                }
            }
            Happening::ToServer(link, frame) => {
                if self.links[link].server_holds && !self.links[link].is_dead() {
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
                let size = self.message_size();
                let wishes = self.pages[page].send(now, room, size);
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
        match self.dice.between(0, 14) {
            0 | 1 => self.cut(page),
            2 => self.half_open(page),
            3 => self.kill_server(),
            4 => self.restart_server(),
            5 => self.close_link_of(page, 4401, "session expired"),
            6 => {
                self.tally.count("clock jumped");
                self.disturb(page, self.now);
                self.clocks[page] = self.clocks[page].saturating_sub(500) + self.dice.between(0, 4_000);
            }
            7 => {
                self.tally.count("page slept");
                let span = self.dice.between(1_000, 70_000);
                self.asleep[page] = self.now + span;
                self.disturb(page, self.now + span + 1_000);
                self.note(|| format!("page {page} sleeps {span} ms"));
                self.at(span, Happening::Wake(page));
            }
            8 => self.evict(),
            9 => self.join(page),
            10 => self.tell_if_awake(page, Event::Offline),
            11 => self.deafen(page),
            12 => self.store_what_is_too_long(),
            13 => self.application_speaks(page),
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
            // Frames in flight in either direction are lost, too.
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

    fn deafen(&mut self, page: Page) {
        for link in self.links_of(page) {
            self.tally.count("one-way outage");
            self.note(|| format!("the frames of page {page} are lost"));
            self.links[link].deaf = true;
        }
    }

    /// Stores a message that is too long for a page to read, as another application could.
    fn store_what_is_too_long(&mut self) {
        let room = self.dice.between(0, ROOMS as u64 - 2) as usize;
        self.tally.count("message too long");
        let name = format!("too long {}", self.schedule.added());
        let (message, _) = self.database.store(room, &name, FRAME_LIMIT + 1);
        self.publish(&message);
    }

    fn application_speaks(&mut self, page: Page) {
        for link in self.links_of(page) {
            let conversation = self.dice.between(0, ROOMS as u64 - 1) as usize;
            if self.links[link].is_welcomed {
                self.tally.count("frame of the application");
                self.send_down(link, Frame::Application { conversation });
            }
        }
    }

    fn disturb(&mut self, page: Page, until: u64) {
        self.disturbed[page] = self.disturbed[page].max(until);
    }

    fn message_size(&mut self) -> u64 {
        match self.dice.between(0, 99) {
            // As long as the protocol allows, with control characters only.
            0 => 24_000,
            1..10 => self.dice.between(1_000, 4_000),
            _ => self.dice.between(150, 400),
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
        // Rarely, and never the newest: most missed messages must be recoverable.
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
                self.links[link].is_welcomed = true;
                self.send_down(link, Frame::Welcome { heads });
            }
            Frame::Sync { id, bytes, after } => {
                let floors_alone = self.dice.percent(30);
                let response = self.database.sync(user, id, &after, bytes, floors_alone);
                if response.messages.is_empty() && response.has_more {
                    self.tally.count("batch with floors only");
                }
                self.send_down(link, Frame::SyncResponse(response));
            }
            Frame::Ping { id } => {
                let total = self.database.total(user);
                self.send_down(link, Frame::Pong { id, total });
            }
            Frame::Send { client_id, conversation, size } => {
                self.serve_message(link, conversation, client_id, size);
            }
            _ => unreachable!("a client's frame"),
        }
    }

    fn serve_message(&mut self, link: Link, conversation: usize, client_id: String, size: u64) {
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
        let (message, _) = self.database.store(conversation, &client_id, size);
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
        self.publish(&message);
    }

    /// Broadcasts a message, also a repeated one, to the members who had joined before it.
    fn publish(&mut self, message: &Message) {
        let members = self.database.rooms[message.conversation].members.iter();
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
            self.tally.count("broadcast duplicated");
        }
        for _ in 0..copies {
            // Broadcasts of several processes overtake each other.
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
                            self.gives_up(link);
                            self.links[link].page_holds = false;
                            // The server may not detect that the socket was dropped.
                            if self.dice.percent(80) {
                                self.links[link].server_holds = false;
                            }
                        }
                    }
                }
                Wish::Send(id, frame) => {
                    let link = self.links.iter().position(|socket| socket.page == page && socket.id == id);
                    let link = link.expect("the page opened this socket");
                    if self.links[link].page_holds {
                        if self.links[link].is_dead() && self.links[link].is_welcomed {
                            self.links[link].unanswered_since.get_or_insert(self.now);
                        }
                        let at = (self.now + self.latency()).max(self.links[link].up_until);
                        let at = at + frame.size() / self.links[link].rate;
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
        let rate = match self.is_slow {
            true if self.now < TROUBLE => self.dice.between(2, 20),
            true => 20,
            false => 10_000,
        };
        self.links.push(Socket {
            page,
            id,
            page_holds: true,
            server_holds: false,
            silent: false,
            deaf: false,
            is_welcomed: false,
            rate,
            unanswered_since: None,
            up_until: 0,
            down_until: 0,
        });
        let delay = self.latency();
        if self.now < self.down_until {
            self.tally.count("handshake refused");
            self.at(delay, Happening::Closed(link, 1006));
            return;
        }
        if self.now < self.dark_until[page] {
            self.tally.count("first contact with a dead network");
            self.links[link].deaf = true;
            self.at(delay, Happening::Opened(link));
            return;
        }
        let fate = if self.now < TROUBLE { self.dice.between(0, 19) } else { 19 };
        match fate {
            0 => self.tally.count("handshake hangs"),
            1 => {
                // The server has accepted, but its reply is lost.
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
        let at = at + frame.size() / self.links[link].rate;
        self.links[link].down_until = at;
        self.at(at - self.now, Happening::ToPage(link, frame));
    }

    fn latency(&mut self) -> u64 {
        // Mostly short, sometimes a stall.
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

    /// A page gives up a connection. It must detect the first dead one 5 s after it sent a frame, plus 1 s of
    /// tolerance; later ones may take longer, because a page waits longer after each one.
    fn gives_up(&mut self, link: Link) {
        let Socket { page, page_holds, server_holds, unanswered_since, .. } = self.links[link];
        if !page_holds {
            return;
        }
        let is_first = !std::mem::replace(&mut self.has_given_up[page], true);
        let Some(since) = unanswered_since.filter(|_| server_holds && is_first) else { return };
        if self.disturbed[page] < since {
            let took = self.now - since;
            self.tally.count("dead connection timed");
            assert!(took <= NOTICED_WITHIN, "page {page} took {took} ms to detect a dead connection");
        }
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
            self.tally.count("alarm delayed");
            delay += self.dice.between(100, 60_000);
            self.disturb(page, self.now + delay);
        }
        // Keeps an earlier alarm, which is harmless, and replaces a later one.
        if self.now + delay < self.alarms[page] {
            self.alarms[page] = self.now + delay;
            self.at(delay, Happening::Alarm(page, self.now + delay));
        }
    }

    fn at(&mut self, delay: u64, happening: Happening) {
        self.schedule.add(self.now + delay, happening);
    }

    fn note(&self, line: impl FnOnce() -> String) {
        if self.prints_history {
            eprintln!("{:>7} ms  {}", self.now, line());
        }
    }

    pub(crate) fn check(&self) {
        for page in &self.pages {
            promises::check_sent(&self.database, page);
            promises::check_heard(&self.database, page, true);
        }
    }
}
