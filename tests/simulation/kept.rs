//! Pages with `persist`, in virtual time: they crash, are loaded again and take over what another page has left, while the
//! browser's storage hangs, fails, is full or is deleted.
//!
//! No accepted message is lost whose record the storage has, none is stored twice, and each page's order is kept.

use std::collections::{BTreeMap, BTreeSet};

use inbox_socket::core::keeper::{
    Keeper, KeeperEffect, Keeping, KeptId, PATIENCE, REOPENINGS, Record, Settlement,
};
use inbox_socket::core::{Config, Effect, Event, Kind, Machine, Outcome, SendId, SocketId};

use crate::dice::Dice;
use crate::schedule::Schedule;
use crate::tally::Tally;

const BROWSERS: usize = 2;
const TABS: usize = 3;

/// The frames that a page's queue holds: few, so that it is full at times.
const QUEUE_LIMIT: usize = 60;

/// Faults happen and users write for this long, in virtual ms.
const TROUBLE: u64 = 90_000;
const END: u64 = TROUBLE + 240_000;

/// How often a page looks for what others have left.
const SCAN_EVERY: u64 = 30_000;

/// A week and a day: the server has forgotten the client ids.
const AWAY: u64 = 8 * 24 * 60 * 60 * 1_000;

pub(crate) const KINDS_OF_TROUBLE: [&str; 19] = [
    "kept: page crashed",
    "kept: another page opened",
    "kept: record taken over",
    "kept: record lost before its commit",
    "kept: storage hung",
    "kept: storage failed",
    "kept: storage full",
    "kept: storage deleted",
    "kept: storage given up",
    "kept: one record hung",
    "kept: queue full",
    "kept: sent without a record",
    "kept: browser away for a week",
    "kept: record too old",
    "kept: network cut",
    "kept: server killed",
    "kept: acknowledgement lost",
    "kept: temporarily rejected",
    "kept: finally rejected",
];

type Browser = usize;
type PageId = usize;
type Link = usize;
/// The page that accepted the message, and its number there: the client id.
type Id = (PageId, u64);

#[derive(Clone, Copy, Debug)]
struct Draft {
    id: Id,
    /// The server rejects it, finally.
    is_refused: bool,
}

struct Stored {
    owner: PageId,
    draft: Draft,
    at: u64,
    has_failed: bool,
}

/// A browser's storage, which all its pages share.
#[derive(Default)]
struct Storage {
    /// By key.
    records: BTreeMap<u64, Stored>,
    next_key: u64,
    hangs_until: u64,
    fails_until: u64,
    full_until: u64,
    /// It has not always worked.
    is_troubled: bool,
}

impl Storage {
    fn key_of(&self, id: Id) -> Option<u64> {
        self.records.iter().find(|(_, record)| record.draft.id == id).map(|(key, _)| *key)
    }
}

/// What a page asks its storage to do.
#[derive(Clone, Copy, Debug)]
enum Task {
    Open,
    Put(KeptId, Draft),
    Delete(KeptId, Draft),
    Mark(Draft, bool),
    Scan { is_first: bool },
}

struct Page {
    browser: Browser,
    is_alive: bool,
    keeper: Keeper,
    machine: Machine,
    /// Counts the handles. What a dropped one reports is ignored, except that a record was committed.
    handle: u32,
    /// When the last of its tasks for the storage is carried out.
    stores_until: u64,
    written: u64,
    drafts: BTreeMap<KeptId, Draft>,
    accepted: BTreeMap<KeptId, u64>,
    unsettled: BTreeSet<KeptId>,
    sends: BTreeMap<SendId, KeptId>,
    began: u64,
    /// It has looked for what others have left.
    has_looked: bool,
    /// How often it has opened the storage since that has last answered.
    openings: u32,
    confirmed: Option<u64>,
    /// An alarm of this page was delayed.
    is_disturbed: bool,
    alarm: u64,
}

enum Up {
    Hello,
    Ping(u32),
    Send(Draft),
}

enum Down {
    Welcome,
    Pong(u32),
    Ack(Id),
    Rejection(Id, Option<u64>),
}

enum Happening {
    Alarm(PageId, u64),
    Writes(PageId),
    Stores(PageId, u32, Task),
    Trouble,
    Opens(Browser),
    OpensLast(Browser),
    Opened(Link),
    Closed(Link),
    ToServer(Link, Up),
    ToPage(Link, Down),
}

struct Socket {
    page: PageId,
    id: SocketId,
    page_holds: bool,
    server_holds: bool,
    is_silent: bool,
    waits_for: Option<Id>,
    up_until: u64,
    down_until: u64,
}

pub(crate) struct World {
    dice: Dice,
    now: u64,
    schedule: Schedule<Happening>,
    /// Without locks, a new page takes over the records of living pages, too.
    has_locks: bool,
    pages: Vec<Page>,
    storages: Vec<Storage>,
    links: Vec<Socket>,
    /// What the server has stored, in order, and the client ids that it remembers.
    stored: Vec<Id>,
    remembered: BTreeSet<Id>,
    accepted: Vec<Draft>,
    /// Messages that no record could save, or that were too old.
    excused: BTreeSet<Id>,
    tally: Tally,
    prints_history: bool,
}

impl World {
    pub(crate) fn new(seed: u64, prints_history: bool) -> Self {
        let mut dice = Dice::new(seed);
        Self {
            has_locks: dice.percent(80),
            dice,
            now: 0,
            schedule: Schedule::new(),
            pages: Vec::new(),
            storages: (0..BROWSERS).map(|_| Storage::default()).collect(),
            links: Vec::new(),
            stored: Vec::new(),
            remembered: BTreeSet::new(),
            accepted: Vec::new(),
            excused: BTreeSet::new(),
            tally: Tally::default(),
            prints_history,
        }
    }

    pub(crate) fn run(&mut self) {
        for browser in 0..BROWSERS {
            self.at(0, Happening::Opens(browser));
            self.at(TROUBLE + 10_000, Happening::OpensLast(browser));
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
        match happening {
            Happening::Opens(browser) => self.open_page(browser),
            Happening::OpensLast(browser) => {
                // Pages that have given up the storage take nothing over.
                for page in 0..self.pages.len() {
                    if self.pages[page].browser == browser && self.pages[page].keeper.is_gone() {
                        self.crash(page, 500);
                    }
                }
                self.at(1_000, Happening::Opens(browser));
            }
            Happening::Alarm(page, at) if self.pages[page].alarm != at || !self.pages[page].is_alive => {}
            Happening::Alarm(page, _) => {
                self.pages[page].alarm = u64::MAX;
                self.pages[page].keeper.alarm(self.now);
                self.pages[page].machine.handle(self.now, Event::Alarm);
                self.carry_out(page);
            }
            Happening::Writes(page) => self.user_writes(page),
            Happening::Stores(page, handle, task) => self.store(page, handle, task),
            Happening::Trouble => self.trouble(),
            Happening::Opened(link) => {
                let Socket { page, id, page_holds, is_silent, .. } = self.links[link];
                if page_holds && !is_silent {
                    self.pages[page].machine.handle(self.now, Event::Opened { socket: id });
                    self.carry_out(page);
                }
            }
            Happening::Closed(link) => {
                let Socket { page, id, .. } = self.links[link];
                if std::mem::take(&mut self.links[link].page_holds) {
                    let closed = Event::Closed { socket: id, code: 1006, retry_after: None };
                    self.pages[page].machine.handle(self.now, closed);
                    self.carry_out(page);
                }
            }
            Happening::ToServer(link, frame) => {
                if self.links[link].server_holds && !self.links[link].is_silent {
                    self.serve(link, frame);
                }
            }
            Happening::ToPage(link, frame) => {
                if self.links[link].page_holds && !self.links[link].is_silent {
                    self.receive(link, frame);
                }
            }
        }
    }

    fn open_page(&mut self, browser: Browser) {
        let alive = self.pages.iter().filter(|page| page.browser == browser && page.is_alive).count();
        if alive >= TABS {
            return;
        }
        let page = self.pages.len();
        if alive > 0 {
            self.tally.count("kept: another page opened");
        }
        self.note(|| format!("browser {browser} opens page {page}"));
        let config = Config { max_attempts: u32::MAX, queue_limit: QUEUE_LIMIT, ..Config::default() };
        self.pages.push(Page {
            browser,
            is_alive: true,
            keeper: Keeper::new(self.now, QUEUE_LIMIT),
            machine: Machine::new(config, page as u64),
            handle: 0,
            stores_until: 0,
            written: 0,
            drafts: BTreeMap::new(),
            accepted: BTreeMap::new(),
            unsettled: BTreeSet::new(),
            sends: BTreeMap::new(),
            began: self.now,
            has_looked: false,
            openings: 0,
            confirmed: None,
            is_disturbed: false,
            alarm: u64::MAX,
        });
        self.pages[page].keeper.doubt();
        self.pages[page].machine.subscribe(self.now);
        self.carry_out(page);
        let first = self.dice.between(0, 1_000);
        self.at(first, Happening::Writes(page));
    }

    fn user_writes(&mut self, page: PageId) {
        if self.now >= TROUBLE || !self.pages[page].is_alive {
            return;
        }
        let burst = if self.dice.percent(10) { 40 } else { 1 };
        for _ in 0..burst {
            let is_refused = self.dice.percent(2);
            let Page { keeper, written, drafts, accepted, unsettled, .. } = &mut self.pages[page];
            if let Some(kept) = keeper.accept(self.now, Keeping::Kept) {
                *written += 1;
                let draft = Draft { id: (page, *written), is_refused };
                drafts.insert(kept, draft);
                accepted.insert(kept, self.now);
                unsettled.insert(kept);
                self.accepted.push(draft);
                self.note(|| format!("page {page} accepts {:?}", draft.id));
            } else {
                self.tally.count("kept: queue full");
            }
        }
        self.carry_out(page);
        // Often a page dies right after its user has written.
        if self.dice.percent(3) {
            let delay = self.dice.between(0, 5);
            self.now += delay;
            self.crash(page, 20_000);
        }
        let pause = self.dice.between(10, 4_000);
        self.at(pause, Happening::Writes(page));
    }

    fn trouble(&mut self) {
        if self.now >= TROUBLE {
            return;
        }
        let browser = self.dice.between(0, BROWSERS as u64 - 1) as usize;
        match self.dice.between(0, 10) {
            0 | 1 => {
                if let Some(page) = self.any_page(browser) {
                    self.crash(page, 500);
                }
            }
            2 => self.open_page(browser),
            3 | 4 => {
                self.tally.count("kept: network cut");
                for link in self.links_of(browser) {
                    self.links[link].is_silent = true;
                    let delay = self.dice.between(0, 20_000);
                    self.at(delay, Happening::Closed(link));
                }
            }
            5 => self.disturb_storage(browser, "kept: storage hung", 8_000, |it| &mut it.hangs_until),
            6 => self.disturb_storage(browser, "kept: storage failed", 500, |it| &mut it.fails_until),
            7 => self.disturb_storage(browser, "kept: storage full", 500, |it| &mut it.full_until),
            8 if self.dice.percent(30) => self.delete_storage(browser),
            9 if self.dice.percent(30) => self.leave(browser),
            _ => self.kill_server(),
        }
        let pause = self.dice.between(50, 6_000);
        self.at(pause, Happening::Trouble);
    }

    fn disturb_storage(
        &mut self,
        browser: Browser,
        what: &'static str,
        longest: u64,
        until: fn(&mut Storage) -> &mut u64,
    ) {
        self.tally.count(what);
        self.note(|| format!("browser {browser}: {what}"));
        let span = self.dice.between(1, longest);
        self.storages[browser].is_troubled = true;
        *until(&mut self.storages[browser]) = self.now + span;
    }

    /// The user deletes what the browser has stored. The pages see that their handles are closed.
    fn delete_storage(&mut self, browser: Browser) {
        self.tally.count("kept: storage deleted");
        self.note(|| format!("browser {browser}: the storage is deleted"));
        self.storages[browser].is_troubled = true;
        for (_, Stored { owner, draft, .. }) in std::mem::take(&mut self.storages[browser].records) {
            if !self.pages[owner].is_alive {
                self.excused.insert(draft.id);
            }
        }
        for page in 0..self.pages.len() {
            if self.pages[page].browser == browser && self.pages[page].is_alive {
                self.pages[page].keeper.faulted(self.now);
                self.carry_out(page);
            }
        }
    }

    fn crash(&mut self, page: PageId, longest: u64) {
        if !self.pages[page].is_alive {
            return;
        }
        self.tally.count("kept: page crashed");
        self.note(|| format!("page {page} crashes"));
        let browser = self.pages[page].browser;
        self.pages[page].is_alive = false;
        for kept in &self.pages[page].unsettled {
            let id = self.pages[page].drafts[kept].id;
            // Without locks, another page may have sent it already.
            let has_record = self.storages[browser].key_of(id).is_some() || self.stored.contains(&id);
            assert!(has_record || !self.pages[page].keeper.is_durable(*kept), "{id:?} counts as durable");
            if !has_record {
                self.tally.count("kept: record lost before its commit");
                self.excused.insert(id);
            }
        }
        for link in 0..self.links.len() {
            if self.links[link].page == page {
                self.links[link].page_holds = false;
                // What is under way may still arrive.
                self.links[link].server_holds &= self.dice.percent(50);
            }
        }
        let delay = self.dice.between(50, longest);
        self.at(delay, Happening::Opens(browser));
    }

    /// The browser stays closed for so long that the server forgets the client ids.
    fn leave(&mut self, browser: Browser) {
        self.tally.count("kept: browser away for a week");
        for page in 0..self.pages.len() {
            if self.pages[page].browser == browser {
                self.crash(page, 500);
            }
        }
        for link in 0..self.links.len() {
            if self.pages[self.links[link].page].browser == browser {
                self.links[link].server_holds = false;
            }
        }
        self.remembered.retain(|(page, _)| self.pages[*page].browser != browser);
        for record in self.storages[browser].records.values_mut() {
            // Times count from the end of a week, so that the past has room.
            record.at = record.at.saturating_sub(AWAY);
        }
    }

    // The storage.

    fn ask(&mut self, page: PageId, task: Task) {
        let handle = self.pages[page].handle;
        let delay = self.dice.between(0, 4);
        // The transactions of a page follow each other.
        let at = (self.now + delay).max(self.pages[page].stores_until);
        self.pages[page].stores_until = at;
        self.at(at - self.now, Happening::Stores(page, handle, task));
    }

    fn store(&mut self, page: PageId, handle: u32, task: Task) {
        let browser = self.pages[page].browser;
        let now = self.now;
        let storage = &mut self.storages[browser];
        if !self.pages[page].is_alive {
            return;
        }
        if now < storage.hangs_until {
            let delay = storage.hangs_until - now;
            self.at(delay, Happening::Stores(page, handle, task));
            return;
        }
        let is_put = matches!(task, Task::Put(..));
        if is_put && now < TROUBLE && self.dice.percent(1) && self.dice.percent(30) {
            // One transaction hangs, and later ones overtake it.
            self.tally.count("kept: one record hung");
            self.storages[browser].is_troubled = true;
            let delay = self.dice.between(1_000, 6_000);
            self.at(delay, Happening::Stores(page, handle, task));
            return;
        }
        let storage = &mut self.storages[browser];
        let is_current = self.pages[page].handle == handle;
        // A small record may still fit.
        let is_full = is_put && now < storage.full_until && self.dice.percent(50);
        let fails = now < storage.fails_until || is_full;
        let keeper = &mut self.pages[page].keeper;
        if fails {
            if is_current {
                keeper.faulted(now);
            }
        } else {
            match task {
                Task::Open if is_current => {
                    keeper.opened(now);
                    self.carry_out(page);
                    return self.ask(page, Task::Scan { is_first: true });
                }
                Task::Open => {}
                Task::Put(kept, draft) => {
                    let has_failed = keeper.has_failed(kept);
                    if let Some(key) = storage.key_of(draft.id) {
                        storage.records.get_mut(&key).unwrap().has_failed = has_failed;
                    } else {
                        let at = now + 2 * AWAY;
                        let record = Stored { owner: page, draft, at, has_failed };
                        storage.next_key += 1;
                        storage.records.insert(storage.next_key, record);
                    }
                    self.pages[page].openings = 0;
                    self.pages[page].keeper.committed(now, kept);
                }
                Task::Delete(kept, draft) => {
                    if let Some(key) = storage.key_of(draft.id) {
                        storage.records.remove(&key);
                    }
                    if is_current {
                        self.pages[page].openings = 0;
                        self.pages[page].keeper.deleted(now, kept);
                    }
                }
                Task::Mark(draft, has_failed) => {
                    if let Some(key) = storage.key_of(draft.id) {
                        storage.records.get_mut(&key).unwrap().has_failed = has_failed;
                    }
                }
                Task::Scan { is_first } => {
                    if is_current {
                        self.take_over(page, is_first);
                    }
                }
            }
        }
        self.carry_out(page);
    }

    /// In one transaction, the page becomes the owner of what dead pages have left.
    fn take_over(&mut self, page: PageId, is_first: bool) {
        let browser = self.pages[page].browser;
        let alive: BTreeSet<PageId> = (0..self.pages.len()).filter(|it| self.pages[*it].is_alive).collect();
        let known: BTreeSet<Id> = self.pages[page].drafts.values().map(|draft| draft.id).collect();
        for record in self.storages[browser].records.values_mut() {
            let is_left = !alive.contains(&record.owner) || (!self.has_locks && is_first);
            if record.owner == page || !is_left || known.contains(&record.draft.id) {
                continue;
            }
            record.owner = page;
            self.tally.count("kept: record taken over");
            let Page { keeper, drafts, unsettled, .. } = &mut self.pages[page];
            let (origin, number) = record.draft.id;
            let kept = keeper.restore(Record {
                origin: origin as u32,
                number,
                age: self.now + 2 * AWAY - record.at,
                has_failed: record.has_failed,
            });
            drafts.insert(kept, record.draft);
            if !record.has_failed {
                unsettled.insert(kept);
            }
        }
        self.pages[page].has_looked = true;
        self.pages[page].keeper.restored(self.now, true);
        self.at(SCAN_EVERY, Happening::Stores(page, self.pages[page].handle, Task::Scan { is_first: false }));
    }

    // The page.

    fn carry_out(&mut self, page: PageId) {
        loop {
            if let Some(effect) = self.pages[page].keeper.poll_effect() {
                self.carry_out_for_keeper(page, effect);
            } else if let Some(effect) = self.pages[page].machine.poll_effect() {
                self.carry_out_for_machine(page, effect);
            } else {
                break;
            }
        }
        self.set_alarm(page);
    }

    fn carry_out_for_keeper(&mut self, page: PageId, effect: KeeperEffect) {
        let draft = |kept| self.pages[page].drafts[&kept];
        match effect {
            KeeperEffect::Open => {
                self.pages[page].handle += 1;
                self.pages[page].openings += 1;
                self.ask(page, Task::Open);
            }
            KeeperEffect::Close => {
                self.tally.count("kept: storage given up");
                let openings = self.pages[page].openings;
                assert!(openings >= REOPENINGS, "page {page} gives the storage up after {openings} openings");
                self.pages[page].handle += 1;
            }
            KeeperEffect::Put(kept) => self.ask(page, Task::Put(kept, draft(kept))),
            KeeperEffect::Delete(kept) => self.ask(page, Task::Delete(kept, draft(kept))),
            KeeperEffect::Mark(kept) => {
                let has_failed = self.pages[page].keeper.has_failed(kept);
                self.ask(page, Task::Mark(draft(kept), has_failed));
            }
            KeeperEffect::Release(kept) => self.release(page, kept),
            KeeperEffect::Expire(kept) => {
                self.tally.count("kept: record too old");
                self.excused.insert(draft(kept).id);
                self.pages[page].unsettled.remove(&kept);
            }
            KeeperEffect::Clear => unreachable!("no user leaves"),
        }
    }

    fn release(&mut self, page: PageId, kept: KeptId) {
        let Page { browser, is_disturbed, began, confirmed, .. } = self.pages[page];
        let draft = self.pages[page].drafts[&kept];
        let confirmed = confirmed.expect("nothing leaves before the welcome");
        let waited = self.now - self.pages[page].accepted.get(&kept).copied().unwrap_or(0).max(confirmed);
        // Without locks, another page may have sent it already.
        let has_record = self.storages[browser].key_of(draft.id).is_some() || self.stored.contains(&draft.id);
        if !has_record {
            let storage = &self.storages[browser];
            assert!(storage.is_troubled, "{:?} must wait for its record", draft.id);
            self.tally.count("kept: sent without a record");
        }
        let is_due = waited <= PATIENCE || is_disturbed || self.now - began <= PATIENCE;
        let is_own = self.pages[page].accepted.contains_key(&kept);
        let has_looked = self.pages[page].has_looked || self.now - began >= PATIENCE;
        assert!(!is_own || has_looked || self.pages[page].keeper.is_gone(), "{:?} comes too early", draft.id);
        // Behind what others have left, it may wait for room.
        let has_inherited = self.pages[page].drafts.values().any(|other| other.id.0 != page);
        assert!(is_due || !is_own || has_inherited, "{:?} has waited for {waited} ms", draft.id);
        let send = self.pages[page].machine.send(self.now, Kind::Message, 100);
        self.pages[page].sends.insert(send.expect("the outbox has room"), kept);
    }

    fn carry_out_for_machine(&mut self, page: PageId, effect: Effect) {
        match effect {
            Effect::Connect(id) => self.connect(page, id),
            Effect::Drop(id) => {
                let dropped = self.links.iter_mut().find(|link| link.page == page && link.id == id);
                dropped.expect("it was opened").page_holds = false;
            }
            Effect::Hello(socket) => self.send_up(page, socket, Up::Hello),
            Effect::Ping { socket, id } => self.send_up(page, socket, Up::Ping(id)),
            Effect::Transmit { socket, send } => {
                if let Some(kept) = self.pages[page].sends.get(&send) {
                    let draft = self.pages[page].drafts[kept];
                    self.pages[page].machine.transmitted(send, 100);
                    self.send_up(page, socket, Up::Send(draft));
                }
            }
            Effect::Settle { send, outcome } => {
                let kept = self.pages[page].sends.remove(&send).expect("a message is settled once");
                let how = match outcome {
                    Outcome::Delivered => Settlement::Done,
                    Outcome::Rejected => Settlement::Failed,
                    other => panic!("{other:?}"),
                };
                self.pages[page].unsettled.remove(&kept);
                self.pages[page].keeper.settled(self.now, kept, how);
            }
            Effect::Announce => {}
            other => unreachable!("no test causes {other:?}"),
        }
    }

    fn receive(&mut self, link: Link, frame: Down) {
        let Socket { page, id: socket, .. } = self.links[link];
        let now = self.now;
        let Page { machine, keeper, sends, drafts, confirmed, .. } = &mut self.pages[page];
        let send_of = |id| sends.iter().find(|(_, kept)| drafts[kept].id == id).map(|(send, _)| *send);
        machine.receive_control(socket, 100);
        match frame {
            Down::Welcome => {
                confirmed.get_or_insert(now);
                keeper.confirm(now);
                machine.welcomed(now, socket, Some(25_000), &[]);
            }
            Down::Pong(id) => machine.ponged(now, socket, id, 0),
            Down::Ack(id) => {
                if let Some(send) = send_of(id) {
                    machine.acknowledged(now, socket, send);
                }
            }
            Down::Rejection(id, retry_after) => {
                if let Some(send) = send_of(id) {
                    machine.rejected(now, socket, send, retry_after);
                }
            }
        }
        self.carry_out(page);
    }

    fn set_alarm(&mut self, page: PageId) {
        let Page { keeper, machine, alarm, .. } = &self.pages[page];
        let deadline = [keeper.next_deadline(), machine.next_deadline()].into_iter().flatten().min();
        let Some(deadline) = deadline else { return };
        let mut delay = deadline.saturating_sub(self.now);
        let alarm = *alarm;
        if self.now < TROUBLE && self.dice.percent(2) {
            self.pages[page].is_disturbed = true;
            delay += self.dice.between(100, 20_000);
        }
        if self.now + delay < alarm {
            self.pages[page].alarm = self.now + delay;
            self.at(delay, Happening::Alarm(page, self.now + delay));
        }
    }

    fn any_page(&mut self, browser: Browser) -> Option<PageId> {
        let is_there = |page: &PageId| self.pages[*page].browser == browser && self.pages[*page].is_alive;
        let there: Vec<_> = (0..self.pages.len()).filter(is_there).collect();
        if there.is_empty() {
            return None;
        }
        Some(there[self.dice.between(0, there.len() as u64 - 1) as usize])
    }

    // The server.

    fn serve(&mut self, link: Link, frame: Up) {
        let draft = match frame {
            Up::Hello => return self.send_down(link, Down::Welcome),
            Up::Ping(id) => return self.send_down(link, Down::Pong(id)),
            Up::Send(draft) => draft,
        };
        let Draft { id, is_refused } = draft;
        self.note(|| format!("server ← {id:?}"));
        let fate = if self.now < TROUBLE { self.dice.between(0, 199) } else { u64::MAX };
        self.links[link].waits_for.take_if(|awaited| *awaited == id);
        if !self.remembered.contains(&id) {
            if is_refused {
                self.tally.count("kept: finally rejected");
                return self.send_down(link, Down::Rejection(id, None));
            }
            if fate < 4 || self.links[link].waits_for.is_some() {
                self.tally.count("kept: temporarily rejected");
                self.links[link].waits_for.get_or_insert(id);
                let retry_after = self.dice.between(100, 2_000);
                return self.send_down(link, Down::Rejection(id, Some(retry_after)));
            }
            if fate == 5 {
                return self.kill_server();
            }
            self.stored.push(id);
            self.remembered.insert(id);
        }
        match fate {
            6 | 7 => self.kill_server(),
            8..=10 => {
                self.tally.count("kept: acknowledgement lost");
                self.links[link].is_silent = true;
                let delay = self.dice.between(0, 10_000);
                self.at(delay, Happening::Closed(link));
            }
            _ => self.send_down(link, Down::Ack(id)),
        }
    }

    fn kill_server(&mut self) {
        self.tally.count("kept: server killed");
        for link in 0..self.links.len() {
            if std::mem::take(&mut self.links[link].server_holds) && !self.links[link].is_silent {
                let delay = self.dice.between(1, 60);
                self.at(delay, Happening::Closed(link));
            }
        }
    }

    // The network.

    fn connect(&mut self, page: PageId, id: SocketId) {
        let link = self.links.len();
        let delay = self.dice.between(5, 60);
        let fails = self.now < TROUBLE && self.dice.percent(10);
        self.links.push(Socket {
            page,
            id,
            page_holds: true,
            server_holds: !fails,
            is_silent: false,
            waits_for: None,
            up_until: 0,
            down_until: self.now + delay,
        });
        self.at(delay, if fails { Happening::Closed(link) } else { Happening::Opened(link) });
    }

    fn send_up(&mut self, page: PageId, socket: SocketId, frame: Up) {
        let link = self.links.iter().position(|link| link.page == page && link.id == socket);
        let link = link.expect("it was opened");
        if self.links[link].page_holds {
            let delay = self.dice.between(5, 60);
            let at = (self.now + delay).max(self.links[link].up_until);
            self.links[link].up_until = at;
            self.at(at - self.now, Happening::ToServer(link, frame));
        }
    }

    fn send_down(&mut self, link: Link, frame: Down) {
        let delay = self.dice.between(5, 60);
        let at = (self.now + delay).max(self.links[link].down_until);
        self.links[link].down_until = at;
        self.at(at - self.now, Happening::ToPage(link, frame));
    }

    fn links_of(&self, browser: Browser) -> Vec<Link> {
        let is_of = |link: &Link| {
            let Socket { page, page_holds, .. } = self.links[*link];
            page_holds && self.pages[page].browser == browser
        };
        (0..self.links.len()).filter(is_of).collect()
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
        for Draft { id, is_refused } in &self.accepted {
            let copies = self.stored.iter().filter(|stored| *stored == id).count();
            assert!(copies <= 1, "{id:?} is stored {copies} times");
            let is_lost = copies == 0 && !is_refused && !self.excused.contains(id);
            assert!(!is_lost, "{id:?} is lost");
        }
        for (page, Page { browser, .. }) in self.pages.iter().enumerate() {
            // Without locks, two pages may send the same messages, and one of them lacks those that a faulty storage lost.
            if !self.has_locks && self.storages[*browser].is_troubled {
                continue;
            }
            let stored = self.stored.iter().filter(|id| id.0 == page && !self.excused.contains(id));
            assert!(stored.is_sorted(), "the order of page {page} must be kept");
        }
        for browser in 0..BROWSERS {
            self.check_storage(browser);
        }
    }

    /// Asserts that only what was refused is left, and that each page can show it.
    fn check_storage(&self, browser: Browser) {
        let pages = || self.pages.iter().filter(|page| page.browser == browser && page.is_alive);
        if pages().any(|page| page.keeper.is_gone()) {
            return;
        }
        for Stored { draft: Draft { id, is_refused }, has_failed, owner, .. } in
            self.storages[browser].records.values()
        {
            let is_over = *is_refused || self.excused.contains(id);
            assert!(*has_failed && is_over, "the record of {id:?} must be deleted");
            let Page { drafts, keeper, is_alive, .. } = &self.pages[*owner];
            let kept = drafts.iter().find(|(_, draft)| draft.id == *id).map(|(kept, _)| *kept);
            assert!(*is_alive && kept.is_some_and(|kept| keeper.has_failed(kept)), "{id:?} must be shown");
        }
    }
}
