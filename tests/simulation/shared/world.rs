//! Everything between the tabs and the database: time, the lock, the channel, the network and the faults.

use std::collections::{BTreeMap, VecDeque};

use inbox_socket::core::{ConnectionError, Event, SocketId};
use inbox_socket::tabs::{Role, TabEffect, TabId, What, Word};

use super::page::{Page, Serving, keyed};
use crate::client::Wish;
use crate::dice::Dice;
use crate::promises;
use crate::schedule::Schedule;
use crate::server::{Database, Frame, Message, Room};
use crate::tally::Tally;

/// An index into `pages`, where closed ones stay.
type Place = usize;
type Link = usize;

const ROOMS: usize = 3;

/// Faults happen for this long, in virtual ms. Then everything works, and all messages must arrive by the end.
const TROUBLE: u64 = 90_000;
const END: u64 = TROUBLE + 240_000;

/// A visible follower must have given up a frozen leader within this time.
const GIVEN_UP_WITHIN: u64 = 6_000;

enum Happening {
    Alarm(Place, u64),
    UserSends(Place),
    Trouble,
    Opened(Link),
    Closed(Link, u16),
    ToServer(Link, Frame),
    ToPage(Link, Frame),
    Broadcast(Link, Frame),
    Word(Place, Word, Option<Frame>),
    /// The lock of this browser may have a new holder.
    Grant(usize),
    LockLost(Place),
    Wakes(Place),
    SignsIn(Place),
    /// A visible follower has had enough time to notice that its leader is frozen.
    HasNoticed {
        follower: Place,
        leader: TabId,
        at: u64,
    },
    Opens(usize),
}

struct Socket {
    page: Place,
    id: SocketId,
    page_holds: bool,
    server_holds: bool,
    silent: bool,
    up_until: u64,
    down_until: u64,
}

#[derive(Default)]
struct Browser {
    user: usize,
    /// The holder of the lock, and those that wait for it.
    holder: Option<Place>,
    queue: VecDeque<Place>,
    /// When the latest word from one tab to another arrives: the words stay in order.
    arrivals: BTreeMap<(Place, Place), u64>,
}

pub(crate) struct World {
    dice: Dice,
    now: u64,
    seed: u64,
    schedule: Schedule<Happening>,
    browsers: Vec<Browser>,
    pages: Vec<Page>,
    links: Vec<Socket>,
    database: Database,
    down_until: u64,
    /// Until when timing is unreliable: no verdict on silence.
    disturbed: u64,
    /// All words are late or lost more often.
    is_lossy: bool,
    tally: Tally,
    prints_history: bool,
}

pub(crate) const KINDS_OF_TROUBLE: [&str; 20] = [
    "tab opened",
    "tab crashed",
    "tab closed",
    "leader crashed",
    "leader closed",
    "frozen with notice",
    "frozen without notice",
    "leader frozen without notice",
    "lock taken from a frozen tab",
    "two leaders",
    "word lost",
    "word delayed",
    "went alone",
    "joined again",
    "frozen leader given up",
    "connection cut",
    "server killed",
    "session expired",
    "broadcast lost",
    "alarm of a hidden tab delayed",
];

impl World {
    pub(crate) fn new(seed: u64, prints_history: bool) -> Self {
        let mut dice = Dice::new(seed);
        let users = dice.between(1, 3) as usize;
        let mut database = Database::default();
        for room in 0..ROOMS {
            let members =
                (0..users).filter(|_| room == 0 || dice.percent(70)).map(|user| (user, 0)).collect();
            database.rooms.push(Room { members, ..Room::default() });
        }
        let is_lossy = dice.percent(40);
        // The last two may be browsers of one user.
        let browsers: Vec<_> = (0..dice.between(1, 3) as usize)
            .map(|n| Browser { user: n % users, ..Browser::default() })
            .collect();
        Self {
            dice,
            now: 0,
            seed,
            schedule: Schedule::new(),
            browsers,
            pages: Vec::new(),
            links: Vec::new(),
            database,
            down_until: 0,
            disturbed: 0,
            is_lossy,
            tally: Tally::default(),
            prints_history,
        }
    }

    pub(crate) fn run(&mut self) {
        for browser in 0..self.browsers.len() {
            let together = self.dice.percent(30);
            for _ in 0..self.dice.between(1, 6) {
                let delay = if together { 0 } else { self.dice.between(0, 20_000) };
                self.at(delay, Happening::Opens(browser));
            }
        }
        self.at(500, Happening::Trouble);
        let mut settled = false;
        while let Some((at, happening)) = self.schedule.next(END) {
            self.now = at;
            if at >= TROUBLE && !settled {
                settled = true;
                self.end_trouble();
            }
            self.happen(happening);
        }
    }

    pub(crate) fn tally(self) -> Tally {
        self.tally
    }

    fn happen(&mut self, happening: Happening) {
        if let Some(page) = self.page_of(&happening) {
            if !self.pages[page].is_here {
                return;
            }
            if self.pages[page].asleep_until > self.now {
                // Words first, then the events of the page, the close of its socket, and last the loss of the lock.
                let order = match happening {
                    Happening::Word(..) | Happening::ToPage(..) => 0,
                    Happening::Alarm(..) | Happening::Wakes(_) => 1,
                    Happening::LockLost(_) => 3,
                    _ => 2,
                };
                let delay = self.pages[page].asleep_until - self.now + order;
                self.at(delay, happening);
                return;
            }
        }
        match happening {
            Happening::Opens(browser) => self.open_tab(browser),
            Happening::Alarm(page, at) if self.pages[page].alarm != at => {}
            Happening::Alarm(page, _) => {
                self.pages[page].alarm = u64::MAX;
                self.ring(page);
            }
            Happening::Wakes(page) => self.wake(page),
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
            Happening::Closed(link, code) => self.link_closed(link, code),
            Happening::ToPage(link, frame) => {
                if self.links[link].page_holds && !self.links[link].silent {
                    let page = self.links[link].page;
                    self.receive(page, frame);
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
            Happening::Word(page, word, frame) => self.hear(page, word, frame),
            Happening::Grant(browser) => self.grant(browser),
            Happening::LockLost(page) => {
                self.pages[page].tab.lock_lost(self.now);
                self.settle(page);
            }
            Happening::HasNoticed { follower, leader, at } => {
                let tab = &self.pages[follower].tab;
                let has_gone = tab.role() != Role::Following || tab.leader() != leader;
                if has_gone {
                    self.tally.count("frozen leader given up");
                }
                let is_calm = self.disturbed < self.now
                    && self.pages[follower].changed_at + GIVEN_UP_WITHIN < self.now
                    && self.pages[follower].asleep_until + GIVEN_UP_WITHIN < self.now
                    && at == self.now;
                assert!(has_gone || !is_calm, "tab {follower} still follows a frozen leader");
            }
        }
    }

    fn page_of(&self, happening: &Happening) -> Option<Place> {
        match happening {
            Happening::Alarm(page, _)
            | Happening::UserSends(page)
            | Happening::Wakes(page)
            | Happening::SignsIn(page)
            | Happening::Word(page, ..)
            | Happening::LockLost(page)
            | Happening::HasNoticed { follower: page, .. } => Some(*page),
            Happening::Opened(link) | Happening::Closed(link, _) | Happening::ToPage(link, _) => {
                Some(self.links[*link].page)
            }
            _ => None,
        }
    }

    // The user and the faults.

    fn open_tab(&mut self, browser: usize) {
        self.tally.count("tab opened");
        let page = self.pages.len();
        let user = self.browsers[browser].user;
        self.pages.push(Page::new(browser, page, user, self.seed ^ page as u64));
        self.note(|| format!("tab {page} opens in browser {browser}"));
        let wishes = self.pages[page].client.start(self.now);
        self.fulfil(page, wishes);
        self.show(page);
        let first = self.dice.between(0, 3_000);
        self.at(first, Happening::UserSends(page));
    }

    /// Makes this tab the visible one of its browser.
    fn show(&mut self, page: Place) {
        for other in self.tabs_of(self.pages[page].browser) {
            let is_visible = other == page;
            if self.pages[other].is_visible != is_visible && self.pages[other].asleep_until <= self.now {
                self.pages[other].is_visible = is_visible;
                self.pages[other].changed_at = self.now;
                self.pages[other].tab.set_visible(self.now, is_visible);
                if is_visible {
                    self.tell(other, Event::Visible);
                }
                self.settle(other);
            }
        }
    }

    fn user_sends(&mut self, page: Place) {
        if self.now >= TROUBLE {
            return;
        }
        let user = self.pages[page].client.user;
        let rooms = self.database.rooms.iter().enumerate();
        let mine: Vec<_> =
            rooms.filter(|(_, room)| room.members.contains_key(&user)).map(|(n, _)| n).collect();
        let room = mine[self.dice.between(0, mine.len() as u64 - 1) as usize];
        let burst = if self.dice.percent(5) { 20 } else { 1 };
        for _ in 0..burst {
            let size = if self.dice.percent(2) { 24_000 } else { self.dice.between(150, 400) };
            let wishes = self.pages[page].client.send(self.now, room, size);
            self.fulfil(page, wishes);
        }
        self.settle(page);
        let pause = self.dice.between(10, 6_000);
        self.at(pause, Happening::UserSends(page));
    }

    fn trouble(&mut self) {
        if self.now >= TROUBLE {
            return;
        }
        let pause = self.dice.between(50, 5_000);
        self.at(pause, Happening::Trouble);
        let here: Vec<_> = (0..self.pages.len()).filter(|page| self.is_awake(*page)).collect();
        if here.is_empty() {
            return;
        }
        let page = here[self.dice.between(0, here.len() as u64 - 1) as usize];
        let is_leader = self.pages[page].tab.role() == Role::Leading;
        let alone = self.tabs_of(self.pages[page].browser).len() == 1;
        match self.dice.between(0, 12) {
            0 | 1 => self.show(page),
            2 if !alone => {
                self.tally.count(if is_leader { "leader crashed" } else { "tab crashed" });
                self.note(|| format!("tab {page} crashes"));
                self.vanish(page);
                self.maybe_reopen(page);
            }
            3 | 4 if !alone => {
                self.tally.count(if is_leader { "leader closed" } else { "tab closed" });
                self.note(|| format!("tab {page} is closed"));
                self.pages[page].tab.freeze(self.now);
                self.settle(page);
                self.vanish(page);
                self.maybe_reopen(page);
            }
            5 => self.freeze_with_notice(page),
            6 | 7 => self.freeze_without_notice(page, is_leader),
            8 => self.cut(self.pages[page].browser),
            9 => {
                self.tally.count("server killed");
                let span = self.dice.between(10, 8_000);
                self.down_until = self.now + span;
                for link in 0..self.links.len() {
                    self.lose_link(link, 1006);
                }
            }
            10 => {
                self.tally.count("session expired");
                for link in self.links_of(self.pages[page].browser) {
                    self.lose_link(link, 4401);
                }
            }
            11 => {
                self.pages[page].tab.online(self.now);
                self.tell(page, Event::Online);
                self.settle(page);
            }
            _ => self.tell(page, Event::Retry),
        }
    }

    fn maybe_reopen(&mut self, page: Place) {
        let browser = self.pages[page].browser;
        if self.dice.percent(70) && self.tabs_of(browser).len() < 6 {
            let delay = self.dice.between(20, 2_000);
            self.at(delay, Happening::Opens(browser));
        }
    }

    /// The tab is gone, without a word.
    fn vanish(&mut self, page: Place) {
        self.pages[page].is_here = false;
        self.pages[page].listens = false;
        for link in 0..self.links.len() {
            if self.links[link].page == page {
                self.links[link].page_holds = false;
                self.links[link].server_holds = false;
            }
        }
        self.release(page);
    }

    fn freeze_with_notice(&mut self, page: Place) {
        self.tally.count("frozen with notice");
        let span = self.dice.between(1_000, 40_000);
        self.note(|| format!("tab {page} freezes for {span} ms"));
        self.pages[page].tab.freeze(self.now);
        self.settle(page);
        self.pages[page].is_frozen = true;
        self.pages[page].asleep_until = self.now + span;
        self.at(span, Happening::Wakes(page));
    }

    fn freeze_without_notice(&mut self, page: Place, is_leader: bool) {
        self.tally.count("frozen without notice");
        let span = self.dice.between(1_000, 40_000);
        self.note(|| format!("tab {page} freezes for {span} ms, without notice"));
        let browser = self.pages[page].browser;
        if is_leader {
            self.tally.count("leader frozen without notice");
            let leader = self.pages[page].id;
            let until = self.now + GIVEN_UP_WITHIN;
            let can_tell = span > GIVEN_UP_WITHIN && self.disturbed < self.now && until < TROUBLE;
            for follower in self.tabs_of(browser) {
                let watches =
                    self.pages[follower].tab.role() == Role::Following && self.pages[follower].is_visible;
                if can_tell && watches && self.is_awake(follower) {
                    self.at(GIVEN_UP_WITHIN, Happening::HasNoticed { follower, leader, at: until });
                }
            }
        }
        self.pages[page].asleep_until = self.now + span;
        self.at(span, Happening::Wakes(page));
        for link in self.links_of(browser) {
            if self.links[link].page == page && self.dice.percent(50) {
                // The server sees the connection open, and what it sends is lost.
                self.links[link].silent = true;
                self.at(span, Happening::Closed(link, 1006));
            }
        }
        if self.dice.percent(30) && self.browsers[browser].holder == Some(page) {
            self.tally.count("lock taken from a frozen tab");
            self.release(page);
            self.at(span, Happening::LockLost(page));
        }
    }

    fn wake(&mut self, page: Place) {
        self.note(|| format!("tab {page} wakes"));
        if std::mem::take(&mut self.pages[page].is_frozen) {
            self.pages[page].tab.thaw(self.now);
            self.settle(page);
        }
        if self.dice.percent(50) {
            self.show(page);
        }
    }

    fn end_trouble(&mut self) {
        for page in 0..self.pages.len() {
            self.pages[page].asleep_until = self.pages[page].asleep_until.min(self.now);
        }
    }

    fn cut(&mut self, browser: usize) {
        for link in self.links_of(browser) {
            self.tally.count("connection cut");
            self.note(|| format!("browser {browser} is cut off"));
            self.links[link].silent = true;
            if self.dice.percent(50) {
                self.links[link].server_holds = false;
                let delay = self.dice.between(0, 300);
                self.at(delay, Happening::Closed(link, 1006));
            }
        }
    }

    fn lose_link(&mut self, link: Link, code: u16) {
        if std::mem::take(&mut self.links[link].server_holds) && !self.links[link].silent {
            let delay = self.dice.between(0, 100);
            self.at(delay, Happening::Closed(link, code));
        }
    }

    // The shell of a tab: its core's wishes, and the effects of sharing.

    fn tell(&mut self, page: Place, event: Event) {
        self.note(|| format!("tab {page}: {event:?}"));
        let wishes = self.pages[page].client.handle(self.now, event);
        self.fulfil(page, wishes);
        self.settle(page);
    }

    fn ring(&mut self, page: Place) {
        let wishes = self.pages[page].client.handle(self.now, Event::Alarm);
        self.fulfil(page, wishes);
        self.pages[page].tab.alarm(self.now);
        self.settle(page);
    }

    fn fulfil(&mut self, page: Place, wishes: Vec<Wish>) {
        for wish in wishes {
            match wish {
                Wish::Connect(id) => {
                    self.close_link_of(page);
                    self.pages[page].socket = Some(id);
                    self.pages[page].tab.connect(self.now, id);
                }
                Wish::Drop(id) => {
                    if self.pages[page].socket == Some(id) {
                        self.close_link_of(page);
                        self.pages[page].socket = None;
                    }
                    self.pages[page].tab.disconnect(self.now, id);
                }
                Wish::Send(id, frame) if self.pages[page].socket == Some(id) => self.send(page, frame),
                Wish::Send(..) => {}
            }
        }
        if self.pages[page].client.machine.status().error == Some(ConnectionError::SessionExpired) {
            self.at(2_000, Happening::SignsIn(page));
        }
    }

    /// Hands a frame of the core to what serves its socket.
    fn send(&mut self, page: Place, frame: Frame) {
        match self.pages[page].serving {
            Serving::Nothing => {}
            Serving::Relay if matches!(frame, Frame::Hello) => {
                if let Some(welcome) = self.pages[page].welcome.take() {
                    self.pass_to_core(page, welcome);
                }
            }
            Serving::Relay => {
                if let Some(line) = self.pages[page].tab.speak_up(self.now) {
                    let epoch = self.pages[page].tab.epoch();
                    let leader = self.pages[page].tab.leader();
                    self.say(page, Some(leader), epoch, What::Up { line }, Some(frame));
                }
            }
            Serving::Link(_) => {
                let id = self.pages[page].id;
                self.ask_server(page, id, frame);
            }
        }
    }

    fn ask_server(&mut self, page: Place, tab: TabId, frame: Frame) {
        let (item, kind, characters) = self.pages[page].keep(tab, frame);
        self.pages[page].tab.ask_server(self.now, tab, item, kind, characters);
    }

    /// Carries out what is left to do in this tab, and sets its alarm.
    fn settle(&mut self, page: Place) {
        loop {
            let before = self.pages[page].tab.role();
            while let Some(effect) = self.pages[page].tab.poll_effect() {
                self.carry_out(page, effect);
            }
            let rests = self.pages[page].rests(self.now);
            if before == Role::Away || !rests {
                break;
            }
            self.pages[page].tab.rest(self.now);
        }
        self.set_alarm(page);
    }

    fn carry_out(&mut self, page: Place, effect: TabEffect) {
        let browser = self.pages[page].browser;
        match effect {
            TabEffect::OpenChannel => self.pages[page].listens = true,
            TabEffect::CloseChannel => self.pages[page].listens = false,
            TabEffect::Lock => {
                self.browsers[browser].queue.push_back(page);
                self.at(3, Happening::Grant(browser));
            }
            TabEffect::Unlock => self.release(page),
            TabEffect::Say { to, epoch, what } => {
                let heads = || self.pages[page].tab.heads().map(|(key, seq)| (key as usize, seq)).collect();
                let welcome = matches!(what, What::Opened { .. }).then(|| Frame::Welcome { heads: heads() });
                self.say(page, to, epoch, what, welcome);
            }
            TabEffect::Dial(id) => self.dial(page, id),
            TabEffect::Relay(id) => {
                if self.pages[page].socket == Some(id) {
                    self.pages[page].serving = Serving::Relay;
                    let wishes = self.pages[page].client.handle(self.now, Event::Opened { socket: id });
                    self.fulfil(page, wishes);
                }
            }
            TabEffect::Lose { code } => {
                self.close_link_of(page);
                if let Some(socket) = self.pages[page].socket.take() {
                    self.lose(page, socket, code);
                }
            }
            TabEffect::Wake => self.reconnect(page),
            TabEffect::Ring => {
                let wishes = self.pages[page].client.handle(self.now, Event::Alarm);
                self.fulfil(page, wishes);
                self.pages[page].tab.alarm(self.now);
            }
            TabEffect::Forward(item) => {
                if let Some(frame) = self.pages[page].outgoing(item) {
                    self.send_up(page, frame);
                }
            }
            TabEffect::Pong { item, total } => {
                let id = self.pages[page].own_id(item);
                self.reply(page, item, Frame::Pong { id, total });
            }
            TabEffect::Forget(item) => {
                self.pages[page].items.remove(&item);
            }
            TabEffect::Ping => self.send_up(page, Frame::Ping { id: 0 }),
        }
    }

    fn lose(&mut self, page: Place, socket: SocketId, code: u16) {
        self.note(|| format!("tab {page} loses its socket with {code}"));
        let event = Event::Closed { socket, code, retry_after: Some(0) };
        let wishes = self.pages[page].client.handle(self.now, event);
        self.fulfil(page, wishes);
        if code == 1012 {
            self.reconnect(page);
        }
    }

    fn reconnect(&mut self, page: Place) {
        if self.pages[page].waits(self.now) {
            let wishes = self.pages[page].client.handle(self.now, Event::Retry);
            self.fulfil(page, wishes);
        }
    }

    fn reply(&mut self, page: Place, item: u32, frame: Frame) {
        if let Some(passing) = self.pages[page].items.remove(&item) {
            self.pass_on(page, passing.tab, frame);
        }
    }

    /// Hands a frame to the core of `tab`, which may be this tab's own.
    fn pass_on(&mut self, page: Place, tab: TabId, frame: Frame) {
        if tab == self.pages[page].id {
            self.pass_to_core(page, frame);
        } else {
            self.say_down(page, Some(tab), frame);
        }
    }

    fn say_down(&mut self, page: Place, to: Option<TabId>, frame: Frame) {
        if let Some(line) = self.pages[page].tab.line() {
            let epoch = self.pages[page].tab.epoch();
            self.say(page, to, epoch, What::Down { line }, Some(frame));
        }
    }

    fn pass_to_core(&mut self, page: Place, frame: Frame) {
        if let Some(socket) = self.pages[page].socket {
            let wishes = self.pages[page].client.receive(self.now, socket, frame);
            self.fulfil(page, wishes);
        }
    }

    /// Handles a frame of this tab's WebSocket.
    fn receive(&mut self, page: Place, frame: Frame) {
        self.note(|| format!("tab {page} ← {frame:?}"));
        let now = self.now;
        let me = self.pages[page].id;
        match frame {
            Frame::Welcome { heads } => {
                self.pages[page].tab.welcomed(now, &keyed(&heads));
                self.pass_to_core(page, Frame::Welcome { heads });
            }
            Frame::Message(message) => {
                self.pages[page].tab.pushed(message.conversation as u32, message.seq);
                self.say_down(page, None, Frame::Message(message.clone()));
                self.pass_to_core(page, Frame::Message(message));
            }
            Frame::Ack { ref client_id } | Frame::RateLimited { ref client_id, .. } => {
                if let Some(item) = self.pages[page].names.remove(client_id) {
                    let tab = self.pages[page].tab.answered(now, item).unwrap_or(me);
                    self.pass_on(page, tab, frame);
                }
            }
            Frame::Pong { id: item, total } => {
                let id = self.pages[page].own_id(item);
                if let Some(tab) = self.pages[page].tab.answered(now, item) {
                    self.pass_on(page, tab, Frame::Pong { id, total });
                }
            }
            Frame::SyncResponse(mut response) => {
                self.pages[page].tab.set_heads(&keyed(&response.heads));
                let item = response.id;
                response.id = self.pages[page].own_id(item);
                if let Some(tab) = self.pages[page].tab.answered(now, item) {
                    self.pass_on(page, tab, Frame::SyncResponse(response));
                }
            }
            _ => unreachable!("a frame of the server"),
        }
        self.settle(page);
    }

    fn hear(&mut self, page: Place, word: Word, frame: Option<Frame>) {
        if !self.pages[page].listens {
            return;
        }
        self.note(|| format!("tab {page} hears {word:?} {frame:?}"));
        let before = self.pages[page].tab.role();
        if let What::Opened { .. } = word.what {
            self.pages[page].welcome.clone_from(&frame);
        }
        let takes = self.pages[page].tab.hear(self.now, word);
        if before == Role::Alone && self.pages[page].tab.role() == Role::Following {
            self.tally.count("joined again");
        }
        if takes && let Some(frame) = frame {
            match word.what {
                What::Up { .. } => self.ask_server(page, word.from, frame),
                _ => self.pass_to_core(page, frame),
            }
        }
        self.settle(page);
    }

    fn link_closed(&mut self, link: Link, code: u16) {
        if !std::mem::take(&mut self.links[link].page_holds) {
            return;
        }
        let (page, id) = (self.links[link].page, self.links[link].id);
        if self.pages[page].serving != Serving::Link(link) {
            return;
        }
        let code = self.pages[page].tab.line_closed(self.now, code);
        self.pages[page].serving = Serving::Nothing;
        self.pages[page].socket = None;
        self.pages[page].forget_items();
        self.tell(page, Event::Closed { socket: id, code, retry_after: None });
    }

    fn close_link_of(&mut self, page: Place) {
        if let Serving::Link(link) = std::mem::replace(&mut self.pages[page].serving, Serving::Nothing) {
            self.links[link].page_holds = false;
            // The server may not detect that the socket was dropped.
            if self.now >= TROUBLE || self.dice.percent(80) {
                self.links[link].server_holds = false;
            }
        }
        self.pages[page].forget_items();
    }

    fn set_alarm(&mut self, page: Place) {
        let deadlines =
            [self.pages[page].client.machine.next_deadline(), self.pages[page].tab.next_deadline()];
        let Some(deadline) = deadlines.into_iter().flatten().min() else { return };
        let mut at = deadline.max(self.now);
        if self.now < TROUBLE && !self.pages[page].is_visible && self.dice.percent(10) {
            self.tally.count("alarm of a hidden tab delayed");
            at += self.dice.between(100, 60_000);
        }
        if at < self.pages[page].alarm {
            self.pages[page].alarm = at;
            self.at(at - self.now, Happening::Alarm(page, at));
        }
    }

    // The lock and the channel.

    fn release(&mut self, page: Place) {
        let browser = self.pages[page].browser;
        self.browsers[browser].queue.retain(|waiting| *waiting != page);
        if self.browsers[browser].holder == Some(page) {
            self.browsers[browser].holder = None;
            let delay = self.dice.between(5, 60);
            self.at(delay, Happening::Grant(browser));
        }
    }

    fn grant(&mut self, browser: usize) {
        if self.browsers[browser].holder.is_some() {
            return;
        }
        let Some(page) = self.browsers[browser].queue.pop_front() else { return };
        self.browsers[browser].holder = Some(page);
        if self.pages[page].asleep_until > self.now {
            // A frozen page holds it without knowing.
            let delay = self.pages[page].asleep_until - self.now + 1;
            self.browsers[browser].holder = None;
            self.browsers[browser].queue.push_front(page);
            self.at(delay, Happening::Grant(browser));
            return;
        }
        if self.leader_of(browser).is_some() {
            self.tally.count("two leaders");
        }
        self.note(|| format!("tab {page} leads"));
        // Without the wall clock, so that reigns are compared only by what tabs have heard.
        self.pages[page].tab.granted(self.now, 0);
        self.settle(page);
    }

    fn say(&mut self, page: Place, to: Option<TabId>, epoch: u64, what: What, frame: Option<Frame>) {
        if !self.pages[page].listens {
            return;
        }
        let in_trouble = self.now < TROUBLE;
        for other in self.tabs_of(self.pages[page].browser) {
            let is_meant = to.is_none_or(|to| to == self.pages[other].id);
            if other == page || !is_meant {
                continue;
            }
            if in_trouble && self.is_lossy && self.dice.percent(10) {
                self.tally.count("word lost");
                continue;
            }
            let mut delay = self.dice.between(0, 2);
            if in_trouble && self.is_lossy && self.dice.percent(2) {
                self.tally.count("word delayed");
                delay += self.dice.between(10, 3_000);
                self.disturbed = self.disturbed.max(self.now + 10_000);
            }
            let word = Word { from: self.pages[page].id, epoch, what };
            let earliest = self.browsers[self.pages[page].browser].arrivals.entry((page, other)).or_default();
            let at = (self.now + delay).max(*earliest);
            *earliest = at;
            self.at(at - self.now, Happening::Word(other, word, frame.clone()));
        }
        if matches!(what, What::Bye) && self.pages[page].tab.role() == Role::Away {
            self.note(|| format!("tab {page} leaves"));
        }
    }

    // The network and the server.

    fn dial(&mut self, page: Place, id: SocketId) {
        if self.pages[page].socket != Some(id) {
            return;
        }
        if self.pages[page].tab.role() == Role::Alone {
            self.tally.count("went alone");
        }
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
        self.pages[page].serving = Serving::Link(link);
        let delay = self.latency();
        let fails = self.now < TROUBLE && self.dice.percent(5);
        if self.now < self.down_until || fails {
            self.at(delay, Happening::Closed(link, 1006));
        } else {
            self.links[link].server_holds = true;
            self.at(delay, Happening::Opened(link));
            self.links[link].down_until = self.now + delay;
        }
    }

    fn send_up(&mut self, page: Place, frame: Frame) {
        let Serving::Link(link) = self.pages[page].serving else { return };
        let at = (self.now + self.latency()).max(self.links[link].up_until);
        self.links[link].up_until = at;
        self.at(at - self.now, Happening::ToServer(link, frame));
    }

    fn send_down(&mut self, link: Link, frame: Frame) {
        let at = (self.now + self.latency()).max(self.links[link].down_until);
        self.links[link].down_until = at;
        self.at(at - self.now, Happening::ToPage(link, frame));
    }

    fn serve(&mut self, link: Link, frame: Frame) {
        let user = self.pages[self.links[link].page].client.user;
        match frame {
            Frame::Hello => {
                let heads = self.database.heads(user);
                self.send_down(link, Frame::Welcome { heads });
            }
            Frame::Sync { id, bytes, after } => {
                let response = self.database.sync(user, id, &after, bytes, false);
                self.send_down(link, Frame::SyncResponse(response));
            }
            Frame::Ping { id } => {
                let total = self.database.total(user);
                self.send_down(link, Frame::Pong { id, total });
            }
            Frame::Send { client_id, conversation, size } => {
                if self.now < TROUBLE && self.dice.percent(2) {
                    let retry_after = self.dice.between(100, 2_000);
                    self.send_down(link, Frame::RateLimited { client_id, retry_after });
                    return;
                }
                let (message, _) = self.database.store(conversation, &client_id, size);
                let is_lost = self.now < TROUBLE && self.dice.percent(2);
                if !is_lost {
                    self.send_down(link, Frame::Ack { client_id });
                }
                self.publish(&message);
            }
            _ => unreachable!("a client's frame"),
        }
    }

    fn publish(&mut self, message: &Message) {
        let room = &self.database.rooms[message.conversation];
        let members: Vec<_> = room.members.keys().copied().collect();
        for link in 0..self.links.len() {
            let user = self.pages[self.links[link].page].client.user;
            if !self.links[link].server_holds || !members.contains(&user) {
                continue;
            }
            let in_trouble = self.now < TROUBLE;
            if in_trouble && self.dice.percent(4) {
                self.tally.count("broadcast lost");
                continue;
            }
            let copies = if in_trouble && self.dice.percent(4) { 2 } else { 1 };
            for _ in 0..copies {
                let delay = if in_trouble && self.dice.percent(10) { self.dice.between(0, 400) } else { 1 };
                self.at(delay, Happening::Broadcast(link, Frame::Message(message.clone())));
            }
        }
    }

    fn latency(&mut self) -> u64 {
        if self.now < TROUBLE && self.dice.percent(2) {
            self.dice.between(500, 7_000)
        } else {
            self.dice.between(5, 60)
        }
    }

    // Queries.

    fn is_awake(&self, page: Place) -> bool {
        self.pages[page].is_here && self.pages[page].asleep_until <= self.now
    }

    fn tabs_of(&self, browser: usize) -> Vec<Place> {
        (0..self.pages.len())
            .filter(|page| self.pages[*page].is_here && self.pages[*page].browser == browser)
            .collect()
    }

    fn links_of(&self, browser: usize) -> Vec<Link> {
        let is_there = |link: &Link| {
            let socket = &self.links[*link];
            socket.server_holds && self.pages[socket.page].browser == browser
        };
        (0..self.links.len()).filter(is_there).collect()
    }

    fn leader_of(&self, browser: usize) -> Option<TabId> {
        let mut tabs = self.tabs_of(browser).into_iter();
        tabs.find(|tab| self.pages[*tab].tab.role() == Role::Leading).map(|tab| self.pages[tab].id)
    }

    fn at(&mut self, delay: u64, happening: Happening) {
        self.schedule.add(self.now + delay, happening);
    }

    fn note(&self, line: impl FnOnce() -> String) {
        if self.prints_history {
            eprintln!("{:>7} ms  {}", self.now, line());
        }
    }

    // Promises.

    pub(crate) fn check(&self) {
        for page in &self.pages {
            if page.is_here {
                promises::check_sent(&self.database, &page.client);
            }
            if page.is_here || page.client.begins.is_some() {
                promises::check_heard(&self.database, &page.client, page.is_here);
            }
        }
        let stored = self.database.rooms.iter().flat_map(|room| &room.messages);
        let mut names: Vec<_> = stored.map(|message| &message.client_id).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "a message is stored twice");
        self.check_economy();
    }

    /// Asserts that each browser has come back to one connection.
    fn check_economy(&self) {
        for browser in 0..self.browsers.len() {
            let tabs = self.tabs_of(browser);
            let roles: Vec<_> = tabs.iter().map(|tab| self.pages[*tab].tab.role()).collect();
            let leaders = roles.iter().filter(|role| **role == Role::Leading).count();
            let followers = roles.iter().filter(|role| **role == Role::Following).count();
            let is_one = leaders == 1 && leaders + followers == tabs.len();
            assert!(tabs.is_empty() || is_one, "the tabs of browser {browser} are {roles:?}");
            let held = self.links.iter().filter(|link| {
                link.page_holds && link.server_holds && self.pages[link.page].browser == browser
            });
            let held = held.count();
            assert!(held <= 1, "browser {browser} has {held} connections");
        }
    }
}
