//! Servers of another wire, in virtual time: they number nothing, and some acknowledge a message by its client id. Most of
//! these store a repeated one once. Each page has one socket, or one for each conversation; its network fails for all of
//! them.
//!
//! With acknowledgements, no message is lost unless its sender is told, none is doubled, and one sender's order is kept.
//! Received messages have no guarantee across a cut.

use std::collections::{BTreeMap, BTreeSet};

use inbox_socket::core::{
    Config, Effect, Event, Kind, Machine, Outcome, SendError, SendId, SocketId, Verdict,
};

use crate::dice::Dice;
use crate::schedule::Schedule;
use crate::tally::Tally;

const PAGES: usize = 2;
const ROOMS: usize = 3;

/// Faults happen and users write for this long, in virtual ms.
const TROUBLE: u64 = 90_000;
/// When every message must be settled: three connections without an acknowledgement, at 40 s each, and the waits between.
const QUIET: u64 = TROUBLE + 260_000;
const LAST_WORDS: u64 = QUIET + 10_000;
const END: u64 = LAST_WORDS + 20_000;

pub(crate) const KINDS_OF_TROUBLE: [&str; 14] = [
    "other wire: network of a page cut",
    "other wire: network of a page stalled",
    "other wire: handshake failed",
    "other wire: page hidden",
    "other wire: alarm delayed",
    "other wire: server killed before storing",
    "other wire: server killed after storing",
    "other wire: acknowledgement lost",
    "other wire: temporarily rejected",
    "other wire: finally rejected",
    "other wire: never acknowledged",
    "other wire: not sent at once, and refused",
    "other wire: delivered",
    "other wire: failed without an acknowledgement",
];

/// A message: its inbox, and its number among those that the inbox has accepted or refused.
type Id = (usize, usize);
type Room = usize;
type Link = usize;

/// What the server does with a message, on every connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Habit {
    Stores,
    /// It stores the message, and never acknowledges it.
    NeverAcknowledges,
    Rejects,
}

#[derive(Clone, Copy)]
struct Draft {
    id: Id,
    room: Room,
    kind: Kind,
    habit: Habit,
}

/// An inbox: the real core, for all conversations of a page or for one of them.
struct Inbox {
    page: usize,
    room: Option<Room>,
    machine: Machine,
    written: Vec<Draft>,
    waiting: BTreeMap<SendId, Draft>,
    outcomes: BTreeMap<Id, Outcome>,
    /// The sockets that each message was handed to.
    carriers: BTreeMap<Id, BTreeSet<SocketId>>,
    heard: Vec<Id>,
    alarm: u64,
}

impl Inbox {
    fn serves(&self, room: Room) -> bool {
        self.room.is_none_or(|own| own == room)
    }

    fn send_of(&self, id: Id) -> Option<SendId> {
        self.waiting.iter().find(|(_, draft)| draft.id == id).map(|(send, _)| *send)
    }
}

enum Down {
    Message(Id),
    Ack(Id),
    Rejection { id: Id, retry_after: Option<u64> },
}

enum Happening {
    Alarm(usize, u64),
    Writes(usize),
    Trouble,
    Shown(usize),
    Opened(Link),
    Closed(Link),
    ToServer(Link, Draft),
    ToPage(Link, Down),
    LastListenerLeaves,
    LastWords,
}

/// One socket, from both ends.
struct Socket {
    inbox: usize,
    id: SocketId,
    page_holds: bool,
    server_holds: bool,
    /// Nothing arrives in either direction.
    is_silent: bool,
    /// The server has rejected this message temporarily, and rejects the later ones until it comes again: so it keeps
    /// the order. It does not wait for one that is never sent again.
    waits_for: Option<Id>,
    /// When the last frame in each direction arrives: frames stay in order.
    up_until: u64,
    down_until: u64,
}

pub(crate) struct World {
    dice: Dice,
    now: u64,
    schedule: Schedule<Happening>,
    has_acks: bool,
    /// The server stores a repeated message once; if not, the pages must not repeat one.
    recognizes: bool,
    inboxes: Vec<Inbox>,
    links: Vec<Socket>,
    /// Until when the network of each page is down.
    down_until: Vec<u64>,
    /// What the server has stored, in order.
    stored: Vec<(Room, Id)>,
    /// The inbox whose last listener has left, and the sockets of the others at that time.
    left: Option<(usize, Vec<Option<SocketId>>)>,
    tally: Tally,
    prints_history: bool,
}

impl World {
    pub(crate) fn new(seed: u64, prints_history: bool) -> Self {
        let mut dice = Dice::new(seed);
        let has_acks = dice.percent(70);
        let recognizes = has_acks && dice.percent(70);
        let rooms = if dice.percent(50) { vec![None] } else { (0..ROOMS).map(Some).collect() };
        let config = Config {
            protocol: 0,
            acks: has_acks,
            resend: recognizes,
            max_attempts: u32::MAX,
            ..Config::default()
        };
        let all = (0..PAGES).flat_map(|page| rooms.iter().map(move |room| (page, *room)));
        let inboxes = all.enumerate().map(|(n, (page, room))| Inbox {
            page,
            room,
            machine: Machine::new(config.clone(), seed ^ n as u64),
            written: Vec::new(),
            waiting: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            carriers: BTreeMap::new(),
            heard: Vec::new(),
            alarm: u64::MAX,
        });
        Self {
            inboxes: inboxes.collect(),
            dice,
            now: 0,
            schedule: Schedule::new(),
            has_acks,
            recognizes,
            links: Vec::new(),
            down_until: vec![0; PAGES],
            stored: Vec::new(),
            left: None,
            tally: Tally::default(),
            prints_history,
        }
    }

    pub(crate) fn run(&mut self) {
        for inbox in 0..self.inboxes.len() {
            self.inboxes[inbox].machine.subscribe(0);
            self.carry_out(inbox);
            let first = self.dice.between(0, 3_000);
            self.at(first, Happening::Writes(inbox));
        }
        self.at(500, Happening::Trouble);
        self.at(QUIET, Happening::LastListenerLeaves);
        self.at(LAST_WORDS, Happening::LastWords);
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
        match happening {
            // An alarm that was replaced does not go off.
            Happening::Alarm(inbox, at) if self.inboxes[inbox].alarm != at => {}
            Happening::Alarm(inbox, _) => {
                self.inboxes[inbox].alarm = u64::MAX;
                self.tell(inbox, Event::Alarm);
            }
            Happening::Writes(inbox) => self.user_writes(inbox),
            Happening::Trouble => self.trouble(),
            Happening::Shown(page) => {
                self.tell_page(page, Event::PageShown);
                self.tell_page(page, Event::Visible);
            }
            Happening::Opened(link) => {
                let Socket { inbox, id, page_holds, is_silent, .. } = self.links[link];
                if page_holds && !is_silent {
                    self.tell(inbox, Event::Opened { socket: id });
                }
            }
            Happening::Closed(link) => {
                let Socket { inbox, id, page_holds, .. } = self.links[link];
                if page_holds {
                    self.links[link].page_holds = false;
                    self.tell(inbox, Event::Closed { socket: id, code: 1006, retry_after: None });
                }
            }
            Happening::ToServer(link, draft) => {
                if self.links[link].server_holds && !self.links[link].is_silent {
                    self.serve(link, draft);
                }
            }
            Happening::ToPage(link, frame) => {
                if self.links[link].page_holds && !self.links[link].is_silent {
                    self.receive(link, frame);
                }
            }
            Happening::LastListenerLeaves => self.last_listener_leaves(),
            Happening::LastWords => {
                for inbox in 0..self.inboxes.len() {
                    if self.left.as_ref().is_none_or(|(left, _)| *left != inbox) {
                        self.write(inbox, Kind::Message, Habit::Stores);
                    }
                }
            }
        }
    }

    fn user_writes(&mut self, inbox: usize) {
        if self.now >= TROUBLE {
            return;
        }
        let burst = if self.dice.percent(5) { 40 } else { 1 };
        for _ in 0..burst {
            let kind = if self.dice.percent(20) { Kind::Immediate } else { Kind::Message };
            let habit = match self.dice.between(0, 99) {
                0 if self.has_acks => Habit::NeverAcknowledges,
                1 if self.has_acks => Habit::Rejects,
                _ => Habit::Stores,
            };
            self.write(inbox, kind, habit);
        }
        let pause = self.dice.between(10, 6_000);
        self.at(pause, Happening::Writes(inbox));
    }

    fn write(&mut self, inbox: usize, kind: Kind, habit: Habit) {
        let own = self.inboxes[inbox].room;
        let room = own.unwrap_or_else(|| self.dice.between(0, ROOMS as u64 - 1) as usize);
        let Inbox { machine, written, waiting, outcomes, .. } = &mut self.inboxes[inbox];
        let draft = Draft { id: (inbox, written.len()), room, kind, habit };
        written.push(draft);
        match machine.send(self.now, kind, 100) {
            Ok(send) => {
                waiting.insert(send, draft);
            }
            Err(why) => {
                assert_eq!((kind, why), (Kind::Immediate, SendError::NotConnected));
                outcomes.insert(draft.id, Outcome::Failed(why));
                self.tally.count("other wire: not sent at once, and refused");
            }
        }
        self.note(|| format!("{:?} is written", draft.id));
        self.carry_out(inbox);
    }

    fn trouble(&mut self) {
        if self.now >= TROUBLE {
            return;
        }
        let page = self.dice.between(0, PAGES as u64 - 1) as usize;
        match self.dice.between(0, 5) {
            0 | 1 => {
                self.tally.count("other wire: network of a page cut");
                self.down_until[page] = self.now + self.dice.between(0, 10_000);
                self.silence(page, 0, 300);
            }
            2 => {
                self.tally.count("other wire: network of a page stalled");
                self.silence(page, 20_000, 90_000);
            }
            3 => {
                self.tally.count("other wire: page hidden");
                self.tell_page(page, Event::PageHidden);
                let span = self.dice.between(1_000, 20_000);
                self.at(span, Happening::Shown(page));
            }
            4 => self.tell_page(page, Event::Offline),
            _ => self.tell_page(page, Event::Online),
        }
        let pause = self.dice.between(50, 10_000);
        self.at(pause, Happening::Trouble);
    }

    /// Nothing arrives on the page's links any more. The browser detects it after a time between these two.
    fn silence(&mut self, page: usize, low: u64, high: u64) {
        self.note(|| format!("the network of page {page} fails"));
        for link in 0..self.links.len() {
            let Socket { inbox, page_holds, .. } = self.links[link];
            if page_holds && self.inboxes[inbox].page == page {
                self.links[link].is_silent = true;
                let delay = self.dice.between(low, high);
                self.at(delay, Happening::Closed(link));
            }
        }
    }

    fn last_listener_leaves(&mut self) {
        let inbox = self.dice.between(0, self.inboxes.len() as u64 - 1) as usize;
        self.left = Some((inbox, self.sockets()));
        self.inboxes[inbox].machine.unsubscribe(self.now);
        self.carry_out(inbox);
    }

    /// The open socket of each inbox.
    fn sockets(&self) -> Vec<Option<SocketId>> {
        let open = |inbox| self.links.iter().find(|link| link.inbox == inbox && link.page_holds);
        (0..self.inboxes.len()).map(|inbox| open(inbox).map(|link| link.id)).collect()
    }

    // The server.

    fn serve(&mut self, link: Link, draft: Draft) {
        let Draft { id, room, habit, .. } = draft;
        self.note(|| format!("server ← {id:?}"));
        let fate = if self.now < TROUBLE { self.dice.between(0, 99) } else { u64::MAX };
        self.links[link].waits_for.take_if(|awaited| *awaited == id);
        let is_known = self.recognizes && self.stored.contains(&(room, id));
        if self.has_acks && !is_known && self.is_rejected(link, draft, fate) {
            return;
        }
        if fate == 5 {
            self.tally.count("other wire: server killed before storing");
            return self.kill_server();
        }
        if !is_known {
            self.stored.push((room, id));
            self.broadcast(room, id);
        }
        if fate == 6 {
            self.tally.count("other wire: server killed after storing");
            return self.kill_server();
        }
        match fate {
            _ if !self.has_acks => {}
            _ if habit == Habit::NeverAcknowledges => {
                self.tally.count("other wire: never acknowledged");
            }
            7..=10 => self.tally.count("other wire: acknowledgement lost"),
            _ => self.send_down(link, Down::Ack(id)),
        }
    }

    fn is_rejected(&mut self, link: Link, Draft { id, kind, habit, .. }: Draft, fate: u64) -> bool {
        let retry_after = if habit == Habit::Rejects {
            self.tally.count("other wire: finally rejected");
            None
        } else if self.recognizes && (fate < 3 || self.links[link].waits_for.is_some()) {
            self.tally.count("other wire: temporarily rejected");
            if kind == Kind::Message {
                self.links[link].waits_for.get_or_insert(id);
            }
            Some(self.dice.between(100, 2_000))
        } else {
            return false;
        };
        self.send_down(link, Down::Rejection { id, retry_after });
        true
    }

    fn broadcast(&mut self, room: Room, id: Id) {
        for link in 0..self.links.len() {
            let Socket { inbox, server_holds, .. } = self.links[link];
            let is_lost = self.now < TROUBLE && self.dice.percent(4);
            if server_holds && self.inboxes[inbox].serves(room) && !is_lost {
                self.send_down(link, Down::Message(id));
            }
        }
    }

    fn kill_server(&mut self) {
        for link in 0..self.links.len() {
            if std::mem::take(&mut self.links[link].server_holds) && !self.links[link].is_silent {
                let delay = self.latency();
                self.at(delay, Happening::Closed(link));
            }
        }
    }

    // The page.

    fn receive(&mut self, link: Link, frame: Down) {
        let Socket { inbox, id: socket, .. } = self.links[link];
        let now = self.now;
        let page = &mut self.inboxes[inbox];
        match frame {
            Down::Message(id) => {
                // A number that repeats itself means nothing on this wire.
                let verdict = page.machine.receive(socket, Some(0), Some(1), 100, true);
                assert_eq!(verdict, Verdict::Deliver, "the page must receive every frame");
                page.heard.push(id);
            }
            Down::Ack(id) => {
                if let Some(send) = page.send_of(id) {
                    page.machine.acknowledged(now, socket, send);
                }
            }
            Down::Rejection { id, retry_after } => {
                if let Some(send) = page.send_of(id) {
                    page.machine.rejected(now, socket, send, retry_after);
                }
            }
        }
        self.carry_out(inbox);
    }

    fn tell(&mut self, inbox: usize, event: Event) {
        self.note(|| format!("inbox {inbox}: {event:?}"));
        self.inboxes[inbox].machine.handle(self.now, event);
        self.carry_out(inbox);
    }

    fn tell_page(&mut self, page: usize, event: Event) {
        for inbox in 0..self.inboxes.len() {
            if self.inboxes[inbox].page == page {
                self.tell(inbox, event);
            }
        }
    }

    fn carry_out(&mut self, inbox: usize) {
        while let Some(effect) = self.inboxes[inbox].machine.poll_effect() {
            match effect {
                Effect::Connect(id) => self.connect(inbox, id),
                Effect::Drop(id) => {
                    // The server still reads what is under way to it.
                    let dropped = self.links.iter_mut().find(|link| link.inbox == inbox && link.id == id);
                    dropped.expect("it was opened").page_holds = false;
                }
                Effect::Transmit { socket, send } => self.transmit(inbox, socket, send),
                Effect::Settle { send, outcome } => {
                    let page = &mut self.inboxes[inbox];
                    let draft = page.waiting.remove(&send).expect("a message is settled once");
                    page.outcomes.insert(draft.id, outcome);
                    match outcome {
                        Outcome::Delivered => self.tally.count("other wire: delivered"),
                        Outcome::Failed(SendError::Unacknowledged) => {
                            self.tally.count("other wire: failed without an acknowledgement");
                        }
                        _ => {}
                    }
                    self.note(|| format!("{:?}: {outcome:?}", draft.id));
                }
                Effect::Announce => {}
                other => unreachable!("this wire has no {other:?}"),
            }
        }
        self.set_alarm(inbox);
    }

    fn transmit(&mut self, inbox: usize, socket: SocketId, send: SendId) {
        let link = self.links.iter().position(|link| link.inbox == inbox && link.id == socket);
        let link = link.expect("it was opened");
        let page = &mut self.inboxes[inbox];
        let Some(draft) = page.waiting.get(&send).copied().filter(|_| self.links[link].page_holds) else {
            return;
        };
        page.carriers.entry(draft.id).or_default().insert(socket);
        page.machine.transmitted(send, 100);
        let at = (self.now + self.latency()).max(self.links[link].up_until);
        self.links[link].up_until = at;
        self.at(at - self.now, Happening::ToServer(link, draft));
    }

    fn set_alarm(&mut self, inbox: usize) {
        let Some(deadline) = self.inboxes[inbox].machine.next_deadline() else { return };
        let mut delay = deadline.saturating_sub(self.now);
        if self.now < TROUBLE && self.dice.percent(3) {
            self.tally.count("other wire: alarm delayed");
            delay += self.dice.between(100, 60_000);
        }
        if self.now + delay < self.inboxes[inbox].alarm {
            self.inboxes[inbox].alarm = self.now + delay;
            self.at(delay, Happening::Alarm(inbox, self.now + delay));
        }
    }

    // The network.

    fn connect(&mut self, inbox: usize, id: SocketId) {
        let link = self.links.len();
        let delay = self.latency();
        let is_down = self.now < self.down_until[self.inboxes[inbox].page];
        let is_lost = self.now < TROUBLE && self.dice.percent(5);
        let fails = is_down || is_lost;
        self.links.push(Socket {
            inbox,
            id,
            page_holds: true,
            server_holds: !fails,
            is_silent: false,
            waits_for: None,
            up_until: 0,
            down_until: self.now + delay,
        });
        if fails {
            self.tally.count("other wire: handshake failed");
            self.at(delay, Happening::Closed(link));
        } else {
            self.at(delay, Happening::Opened(link));
        }
    }

    fn send_down(&mut self, link: Link, frame: Down) {
        let at = (self.now + self.latency()).max(self.links[link].down_until);
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
        for (number, inbox) in self.inboxes.iter().enumerate() {
            for draft in &inbox.written {
                self.check_sent(inbox, *draft);
            }
            // The server may read a failed message late, on a connection that the page has given up.
            let is_delivered = |id| inbox.outcomes.get(id) == Some(&Outcome::Delivered);
            let delivered =
                self.stored.iter().map(|(_, id)| id).filter(|id| id.0 == number && is_delivered(id));
            assert!(delivered.is_sorted(), "inbox {number}: the order must be kept");
        }
        self.check_connections();
    }

    /// Asserts that the message is stored as often as its outcome says.
    fn check_sent(&self, inbox: &Inbox, Draft { id, room, kind, habit }: Draft) {
        let copies = self.stored.iter().filter(|stored| **stored == (room, id)).count();
        let carriers = inbox.carriers.get(&id).map_or(0, BTreeSet::len);
        let outcome = inbox.outcomes.get(&id).unwrap_or_else(|| panic!("{id:?} must be settled"));
        assert!(copies <= 1, "{id:?} is stored {copies} times");
        let may_repeat = kind == Kind::Message && self.recognizes;
        assert!(may_repeat || carriers <= 1, "{id:?} must not be sent again");
        match outcome {
            Outcome::Delivered => assert!(copies == 1 && self.has_acks, "{id:?} must be stored"),
            Outcome::Sent => assert!(!self.has_acks, "{id:?} must wait for its acknowledgement"),
            Outcome::Rejected => assert!(copies == 0 && (habit == Habit::Rejects || kind == Kind::Immediate)),
            Outcome::Failed(SendError::Unacknowledged) => assert!(carriers >= 3, "{id:?} had {carriers}"),
            Outcome::Failed(SendError::Unanswered) => {
                assert!(carriers == 1 && (kind == Kind::Immediate || !self.recognizes), "{id:?}");
            }
            Outcome::Failed(SendError::NotConnected) => {
                assert_eq!((kind, carriers, copies), (Kind::Immediate, 0, 0));
            }
            Outcome::Failed(other) => panic!("{id:?}: {other:?}"),
        }
    }

    /// Asserts that every inbox is connected and receives the last words, except the one whose last listener has left:
    /// it has closed its socket, and no other.
    fn check_connections(&self) {
        let (left, before) = self.left.as_ref().expect("the last listener has left");
        let after = self.sockets();
        let mut expected = before.clone();
        expected[*left] = None;
        assert_eq!(after, expected, "only inbox {left} closes its socket");
        assert!(self.inboxes[*left].machine.is_idle());
        for (number, inbox) in self.inboxes.iter().enumerate().filter(|(number, _)| number != left) {
            assert!(inbox.machine.status().is_connected, "inbox {number} must be connected");
            for (other, Inbox { written, .. }) in self.inboxes.iter().enumerate() {
                let last = written.last().filter(|draft| other != *left && inbox.serves(draft.room));
                let Some(Draft { id, .. }) = last else { continue };
                let times = inbox.heard.iter().filter(|heard| *heard == id).count();
                assert_eq!(times, 1, "inbox {number} received the last words {id:?} {times} times");
            }
        }
    }
}
