//! A tab among those of its browser: whether it leads, follows or is alone, and what serves its machine's socket.

use std::collections::VecDeque;

use super::hub::{Hub, ItemKind};
use super::{DialId, Epoch, Item, Key, LineId, LineState, TabId, What, Word};
use crate::core::{Millis, Seq};

/// A leader that has said nothing for so long is frozen, or gone without its lock.
const SILENT_AFTER: Millis = 5_000;

/// It must have had this time to reply, because the tab itself may have slept.
const ANSWER_WITHIN: Millis = 2_500;

/// How often a visible follower asks whether the leader is there.
const ASK_EVERY: Millis = 2_000;

/// How often, while it has not replied: a word may be lost.
const ASK_AGAIN: Millis = 1_000;

/// How often a tab that is alone asks, and how long it stays alone at least: a leader that freezes and thaws all the time
/// would otherwise cost a handshake each time.
const ALONE_FOR: Millis = 10_000;

/// An alarm this late was delayed by a throttled timer or a sleeping machine, so that silence proves nothing.
const HELD_UP: Millis = 1_000;

/// An epoch is a count or a time in ms, times this, plus a part of the leader's id: two leaders that have not heard of
/// each other have different epochs.
const TABS: Epoch = 1024;

/// Close codes, RFC 6455 section 7.4.1 and PROTOCOL.md.
const NORMAL: u16 = 1000;
const TOO_LARGE: u16 = 1009;
const LOST: u16 = 1006;
const FORBIDDEN: u16 = 4403;

/// Another tab serves the machine from now on: it connects again at once.
const RESTART: u16 = 1012;

/// What a tab is to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It takes no part: its machine wants no connection, or the page is frozen or in the back/forward cache.
    Away,
    /// It has asked who leads.
    Seeking,
    /// Another tab leads.
    Following,
    /// It has the lock, and the connection of all.
    Leading,
    /// It has a connection that no other tab uses.
    Alone,
}

/// A task for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TabEffect {
    /// Open the channel to the other tabs.
    OpenChannel,
    /// Close the channel: an open one costs the back/forward cache.
    CloseChannel,
    /// Request the lock, queued; then call [`Tab::granted`].
    Lock,
    /// Release the lock, or withdraw the request.
    Unlock,
    /// Say this to one tab, or to all. With [`What::Opened`] goes the latest `welcome`, with [`Tab::heads`].
    Say {
        /// The tab; `None` for all.
        to: Option<TabId>,
        /// The reign to say it with.
        epoch: Epoch,
        /// The content.
        what: What,
    },
    /// Open a WebSocket for this attempt of the machine.
    Dial(DialId),
    /// The relay for this attempt of the machine is open. The `welcome` that came with the word answers its `hello`: a
    /// reply that were lost would make the machine doubt that the server speaks layer 1.
    Relay(DialId),
    /// Close the machine's socket, a WebSocket or a relay, and report this code to it. After 1012 it connects at once.
    Lose {
        /// The close code.
        code: u16,
    },
    /// The server or the leader can be reached now: if the machine waits to reconnect, it connects at once.
    Wake,
    /// Another tab's timers are on time: carry out this tab's that are due.
    Ring,
    /// Send this item to the server.
    Forward(Item),
    /// Reply to this item, a `ping`.
    Pong {
        /// The item.
        item: Item,
        /// The `total` of the reply.
        total: Seq,
    },
    /// Forget this item, after the effects before this one.
    Forget(Item),
    /// Send the hub's own `ping`: item 0.
    Ping,
}

/// What serves the machine's socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Nothing yet.
    Nowhere,
    /// The leader's line.
    Relay(LineId),
    /// A WebSocket of this tab.
    Own,
}

/// Decides everything about one tab. The [module](super) documents the contract.
#[derive(Debug)]
pub struct Tab {
    me: TabId,
    role: Role,
    /// Since when.
    since: Millis,
    /// The latest leader that this tab has heard of, maybe itself.
    reign: (Epoch, TabId),
    /// The machine's attempt, and the socket that it has become.
    dial: Option<DialId>,
    place: Place,
    /// The page is frozen or in the back/forward cache.
    is_frozen: bool,
    is_visible: bool,
    /// When the leader was last heard.
    heard: Millis,
    /// When this tab first asked it without hearing it since.
    asked: Option<Millis>,
    /// When it asks again.
    ask_at: Option<Millis>,
    held_up: bool,
    hub: Hub,
    effects: VecDeque<TabEffect>,
    now: Millis,
}

impl Tab {
    /// Returns a tab that takes no part yet.
    pub fn new(me: TabId) -> Self {
        Self {
            me,
            role: Role::Away,
            since: 0,
            reign: (0, 0),
            dial: None,
            place: Place::Nowhere,
            is_frozen: false,
            is_visible: false,
            heard: 0,
            asked: None,
            ask_at: None,
            held_up: false,
            hub: Hub::new(me),
            effects: VecDeque::new(),
            now: 0,
        }
    }

    // Inputs of the machine.

    /// The machine wants a socket. An earlier one is gone.
    pub fn connect(&mut self, now: Millis, dial: DialId) {
        self.tick(now);
        self.end_line(RESTART);
        self.dial = Some(dial);
        self.place = Place::Nowhere;
        match self.role {
            _ if self.is_frozen => {}
            Role::Away => self.enter(),
            Role::Seeking => {}
            Role::Following => self.ask(),
            Role::Leading | Role::Alone => self.dial_own(),
        }
    }

    /// The machine has dropped the socket of this attempt.
    pub fn disconnect(&mut self, now: Millis, dial: DialId) {
        self.tick(now);
        if self.dial == Some(dial) {
            self.end_line(RESTART);
            self.dial = None;
            self.place = Place::Nowhere;
        }
    }

    /// The machine wants no connection, now or later: another tab shall lead.
    pub fn rest(&mut self, now: Millis) {
        self.tick(now);
        // The machine has dropped its socket, or its attempt has failed: to report a loss would make it try again.
        self.end_line(RESTART);
        self.dial = None;
        self.place = Place::Nowhere;
        self.leave();
    }

    /// The machine sends a frame through its relay: returns the line to say it with, or `None` if there is none. The
    /// caller says [`What::Up`] before it carries out the effects.
    pub fn speak_up(&mut self, now: Millis) -> Option<LineId> {
        self.tick(now);
        let Place::Relay(line) = self.place else { return None };
        // The server may take long to reply, but the leader does not.
        if self.asked.is_none() {
            self.ask();
        }
        Some(line)
    }

    // Inputs of the page.

    /// The page freezes, or goes into the back/forward cache: leaves, because nobody would notice otherwise.
    pub fn freeze(&mut self, now: Millis) {
        self.tick(now);
        self.is_frozen = true;
        self.leave();
    }

    /// The page is back.
    pub fn thaw(&mut self, now: Millis) {
        self.tick(now);
        self.is_frozen = false;
        if self.role == Role::Away && self.dial.is_some() {
            self.enter();
        }
    }

    /// The page is visible, or hidden. A visible one watches the leader, and rings its alarm.
    pub fn set_visible(&mut self, now: Millis, is_visible: bool) {
        self.tick(now);
        let appears = is_visible && !self.is_visible;
        self.is_visible = is_visible;
        if appears {
            self.nudge();
        }
    }

    /// The browser is online again.
    pub fn online(&mut self, now: Millis) {
        self.tick(now);
        self.nudge();
    }

    /// The lock was granted. `wall` is the time in ms since 1970, or 0: with it, a leader that has never heard of an
    /// earlier one reigns after it too.
    pub fn granted(&mut self, now: Millis, wall: Epoch) {
        self.tick(now);
        if matches!(self.role, Role::Away | Role::Leading) {
            return;
        }
        if let Place::Relay(_) = self.place {
            self.lose(RESTART);
        }
        self.turn(Role::Leading);
        let reigns = (self.reign.0 / TABS + 1).max(wall);
        self.reign = (reigns * TABS + Epoch::from(self.me) % TABS, self.me);
        self.say_here();
        if self.place == Place::Nowhere && self.dial.is_some() {
            self.dial_own();
        }
    }

    /// The browser has taken the lock away.
    pub fn lock_lost(&mut self, now: Millis) {
        self.tick(now);
        if self.role == Role::Leading {
            self.step_down();
            self.seek();
        }
    }

    /// A deadline may have passed.
    pub fn alarm(&mut self, now: Millis) {
        let now = self.tick(now);
        if self.hub.alarm(now, &mut self.effects) {
            self.end_line(RESTART);
            self.lose(LOST);
        }
        if let Some(late) = self.silent_at().and_then(|at| now.checked_sub(at)) {
            if late >= HELD_UP && !self.held_up {
                // The words of the leader may be queued behind this alarm.
                self.held_up = true;
                self.asked = None;
                self.ask();
            } else {
                self.go_alone();
            }
        }
        if self.ask_at.is_some_and(|at| now >= at) {
            self.ask();
        }
    }

    /// When to call [`alarm`](Self::alarm).
    pub fn next_deadline(&self) -> Option<Millis> {
        [self.hub.next_deadline(), self.silent_at(), self.ask_at].into_iter().flatten().min()
    }

    // Inputs of the channel.

    /// Another tab says this, to this tab or to all. Returns whether to take the frame that comes with an
    /// [`What::Up`] or [`What::Down`].
    pub fn hear(&mut self, now: Millis, word: Word) -> bool {
        self.tick(now);
        let Word { from, epoch, what } = word;
        if self.role == Role::Away {
            return false;
        }
        match what {
            What::Who { joins } => self.reply_to(from, epoch, joins),
            What::Nudge if self.role == Role::Leading => {
                self.effects.push_back(TabEffect::Ring);
                self.effects.push_back(TabEffect::Wake);
            }
            What::Nudge => {}
            What::Up { line } => return self.takes_up(from, epoch, line),
            What::Bye => self.hear_bye(from, epoch),
            What::Here { line, state, due } => {
                if self.obeys(from, epoch) {
                    self.hear_here(line, state, due);
                }
            }
            What::Opened { dial, line } => {
                let fits = self.role == Role::Following || self.role == Role::Seeking;
                let waits = self.dial == Some(dial) && self.place == Place::Nowhere;
                if self.obeys(from, epoch) && fits && waits {
                    self.place = Place::Relay(line);
                    self.effects.push_back(TabEffect::Relay(dial));
                }
            }
            What::Down { line } => return self.obeys(from, epoch) && self.place == Place::Relay(line),
            What::Closed { line, code } => {
                if self.obeys(from, epoch) && self.place == Place::Relay(line) {
                    self.lose(code);
                }
            }
        }
        false
    }

    // Inputs of this tab's WebSocket, and of the frames that pass through the hub.

    /// The WebSocket has closed with this code. Returns the code to report to this tab's machine.
    pub fn line_closed(&mut self, now: Millis, code: u16) -> u16 {
        self.tick(now);
        if self.place != Place::Own {
            return code;
        }
        let blamed = self.hub.tab_of_longest().filter(|tab| code == TOO_LARGE && *tab != self.me);
        if let Some(tab) = blamed {
            let line = self.hub.line;
            self.say(Some(tab), What::Closed { line, code });
        }
        let is_final = matches!(code, NORMAL | FORBIDDEN);
        self.end_line(if is_final { code } else { RESTART });
        self.dial = None;
        self.place = Place::Nowhere;
        // The machine would fail one of its messages, which is not to blame.
        if blamed.is_some() { LOST } else { code }
    }

    /// `welcome` has arrived, with these heads: from now on, the line can be shared.
    pub fn welcomed(&mut self, now: Millis, heads: &[(Key, Seq)]) {
        self.tick(now);
        if self.place == Place::Own {
            self.hub.welcomed(heads);
            self.say_here();
        }
    }

    /// The server has not spoken layer 1: every tab opens a WebSocket.
    pub fn unshared(&mut self, now: Millis) {
        self.tick(now);
        if self.place == Place::Own && self.hub.state == LineState::Closed {
            self.hub.state = LineState::Unshared;
            self.say_here();
        }
    }

    /// A reply has named all heads.
    pub fn set_heads(&mut self, heads: &[(Key, Seq)]) {
        self.hub.set_heads(heads);
    }

    /// A message has arrived.
    pub fn pushed(&mut self, key: Key, seq: Seq) {
        self.hub.raise(key, seq);
    }

    /// The machine of `tab`, maybe this one's, sends a frame of `characters` UTF-16 code units to the server.
    pub fn ask_server(&mut self, now: Millis, tab: TabId, item: Item, kind: ItemKind, characters: u32) {
        let now = self.tick(now);
        self.hub.ask(now, tab, item, kind, characters, &mut self.effects);
    }

    /// The server has replied to this item, or to [`TabEffect::Ping`], 0. Returns the tab that the reply is for.
    pub fn answered(&mut self, now: Millis, item: Item) -> Option<TabId> {
        let now = self.tick(now);
        self.hub.answered(now, item, &mut self.effects)
    }

    // Outputs.

    /// Takes the next effect to carry out.
    pub fn poll_effect(&mut self) -> Option<TabEffect> {
        self.effects.pop_front()
    }

    /// The heads for the `welcome` that goes with [`What::Opened`].
    pub fn heads(&self) -> impl Iterator<Item = (Key, Seq)> {
        self.hub.heads()
    }

    /// The role of this tab.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The line to say [`What::Down`] with; `None` if no other tab uses this tab's WebSocket.
    pub fn line(&self) -> Option<LineId> {
        (self.role == Role::Leading).then_some(self.hub.line)
    }

    /// The reign with which to say [`What::Up`] and [`What::Down`].
    pub fn epoch(&self) -> Epoch {
        self.reign.0
    }

    /// The tab to say [`What::Up`] to.
    pub fn leader(&self) -> TabId {
        self.reign.1
    }

    // Mechanisms.

    fn tick(&mut self, now: Millis) -> Millis {
        self.now = self.now.max(now);
        self.now
    }

    fn turn(&mut self, role: Role) {
        self.role = role;
        self.since = self.now;
        self.held_up = false;
        self.asked = None;
        self.ask_at = (role == Role::Alone).then(|| self.now.saturating_add(ALONE_FOR));
    }

    fn enter(&mut self) {
        self.effects.push_back(TabEffect::OpenChannel);
        self.effects.push_back(TabEffect::Lock);
        self.seek();
        self.ask();
    }

    /// Waits for a leader: another tab's word, or the lock.
    fn seek(&mut self) {
        self.turn(Role::Seeking);
        self.heard = self.now;
        self.asked = Some(self.now);
        self.ask_at = Some(self.now.saturating_add(ASK_AGAIN));
    }

    fn leave(&mut self) {
        if self.role == Role::Away {
            return;
        }
        self.say(None, What::Bye);
        if self.place != Place::Nowhere {
            self.hub.end();
            self.lose(RESTART);
        }
        self.turn(Role::Away);
        self.effects.push_back(TabEffect::Unlock);
        self.effects.push_back(TabEffect::CloseChannel);
    }

    /// Another tab reigns, or no one: what was this tab's line ends.
    fn step_down(&mut self) {
        if self.place == Place::Own {
            self.hub.end();
            self.lose(RESTART);
        }
        self.effects.push_back(TabEffect::Unlock);
        self.effects.push_back(TabEffect::Lock);
    }

    /// The leader is silent: from now on, this tab has a WebSocket.
    fn go_alone(&mut self) {
        self.turn(Role::Alone);
        // A queued request may wait for a page in the back/forward cache, which only a new one evicts.
        self.effects.push_back(TabEffect::Unlock);
        self.effects.push_back(TabEffect::Lock);
        if self.place != Place::Nowhere {
            self.lose(RESTART);
        } else if self.dial.is_some() {
            self.dial_own();
        }
    }

    fn dial_own(&mut self) {
        if let Some(dial) = self.dial {
            self.hub.begin();
            self.place = Place::Own;
            self.effects.push_back(TabEffect::Dial(dial));
        }
    }

    /// Reports the loss of the machine's socket to it.
    fn lose(&mut self, code: u16) {
        self.dial = None;
        self.place = Place::Nowhere;
        self.effects.push_back(TabEffect::Lose { code });
    }

    /// Tells the followers that this tab's line is closed.
    fn end_line(&mut self, code: u16) {
        if self.place == Place::Own {
            let line = self.hub.line;
            self.hub.end();
            if self.role == Role::Leading {
                self.say(None, What::Closed { line, code });
            }
        }
    }

    fn ask(&mut self) {
        self.say(None, What::Who { joins: self.dial.filter(|_| self.place == Place::Nowhere) });
        if self.role == Role::Alone {
            self.ask_at = Some(self.now.saturating_add(ALONE_FOR));
        } else {
            self.asked.get_or_insert(self.now);
            self.ask_at = Some(self.now.saturating_add(ASK_AGAIN));
        }
    }

    fn nudge(&mut self) {
        match self.role {
            Role::Seeking | Role::Following => {
                self.say(None, What::Nudge);
                self.ask();
            }
            Role::Leading => self.say_here(),
            Role::Alone => self.ask(),
            Role::Away => {}
        }
    }

    /// When the leader counts as silent.
    fn silent_at(&self) -> Option<Millis> {
        let waits = matches!(self.role, Role::Seeking | Role::Following) && !self.is_frozen;
        let asked = self.asked.filter(|_| waits)?;
        Some(self.heard.saturating_add(SILENT_AFTER).max(asked.saturating_add(ANSWER_WITHIN)))
    }

    /// Returns whether a leader's word is to be followed: not that of a reign that is over.
    fn obeys(&mut self, from: TabId, epoch: Epoch) -> bool {
        let reign = (epoch, from);
        if reign < self.reign {
            if self.role == Role::Leading {
                // A leader that does not know yet that it is none.
                self.say_here_to(Some(from));
            }
            return false;
        }
        if reign > self.reign {
            if self.role == Role::Leading {
                self.step_down();
                self.turn(Role::Following);
            } else if let Place::Relay(_) = self.place {
                self.lose(RESTART);
            }
            self.reign = reign;
        }
        if self.role == Role::Seeking {
            self.turn(Role::Following);
        }
        self.heard = self.now;
        self.held_up = false;
        if self.role == Role::Following {
            self.asked = None;
            self.ask_at = self.is_visible.then(|| self.now.saturating_add(ASK_EVERY));
        }
        true
    }

    fn hear_here(&mut self, line: LineId, state: LineState, due: Option<Millis>) {
        match self.role {
            Role::Following => {}
            Role::Alone if state == LineState::Open && self.now >= self.since.saturating_add(ALONE_FOR) => {
                self.turn(Role::Following);
                if self.place == Place::Own {
                    self.hub.end();
                    self.lose(RESTART);
                }
            }
            _ => return,
        }
        if let Some(due) = due.filter(|_| self.is_visible) {
            let at = self.now.saturating_add(due.max(1));
            self.ask_at = Some(self.ask_at.map_or(at, |ask_at| ask_at.min(at)));
        }
        match (self.place, state) {
            (Place::Relay(mine), _) if mine != line || state != LineState::Open => self.lose(RESTART),
            (Place::Nowhere, LineState::Open) if self.dial.is_some() => self.ask(),
            (Place::Nowhere, LineState::Open) => self.effects.push_back(TabEffect::Wake),
            (Place::Nowhere, LineState::Unshared) => {
                self.go_alone();
                self.effects.push_back(TabEffect::Wake);
            }
            _ => {}
        }
    }

    fn hear_bye(&mut self, from: TabId, epoch: Epoch) {
        if self.reign != (epoch, from) || !matches!(self.role, Role::Seeking | Role::Following) {
            return;
        }
        if let Place::Relay(_) = self.place {
            self.lose(RESTART);
        }
        self.seek();
    }

    fn reply_to(&mut self, from: TabId, epoch: Epoch, joins: Option<DialId>) {
        if self.role != Role::Leading {
            return;
        }
        if epoch > self.reign.0 {
            // A later leader has been heard of.
            self.step_down();
            self.seek();
            return;
        }
        self.effects.push_back(TabEffect::Ring);
        match joins.filter(|_| self.hub.state == LineState::Open) {
            Some(dial) => self.say(Some(from), What::Opened { dial, line: self.hub.line }),
            None => self.say_here_to(Some(from)),
        }
    }

    fn takes_up(&mut self, from: TabId, epoch: Epoch, line: LineId) -> bool {
        if self.role != Role::Leading {
            return false;
        }
        let fits = epoch == self.reign.0 && line == self.hub.line && self.hub.state == LineState::Open;
        if !fits {
            self.say_here_to(Some(from));
        }
        fits
    }

    fn say_here(&mut self) {
        if self.role == Role::Leading {
            self.say_here_to(None);
        }
    }

    fn say_here_to(&mut self, to: Option<TabId>) {
        let (line, state) = (self.hub.line, self.hub.state);
        self.say(to, What::Here { line, state, due: None });
    }

    fn say(&mut self, to: Option<TabId>, what: What) {
        self.effects.push_back(TabEffect::Say { to, epoch: self.reign.0, what });
    }
}
