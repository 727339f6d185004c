//! The hub: stands between a tab's WebSocket and the machines that use it, this tab's own and those of its followers.
//!
//! It answers `ping` from what it knows, sends one `sync` at a time, knows which tab each reply is for, and
//! notices if the server leaves the followers' frames unanswered; this tab's own machine watches only its own.

use std::collections::VecDeque;

use super::tab::TabEffect;
use super::{Item, Key, LineId, LineState, TabId};
use crate::core::{Millis, Seq};

/// How long a reply may take: see PROTOCOL.md.
const REPLY_WITHIN: Millis = 5_000;

/// The maximum number of times that this is doubled for a slow link.
const DOUBLINGS: u32 = 3;

/// An alarm this late was delayed by a throttled timer or a sleeping machine: silence proves nothing then.
const HELD_UP: Millis = 1_000;

/// After this time without a reply, a `sync` no longer blocks the next one.
const TURN_WITHIN: Millis = 30_000;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// `hello`.
    Hello,
    /// `ping`.
    Ping,
    /// `sync`.
    Sync,
    /// `get_messages`.
    History,
    /// A message with a `client_id`.
    Message,
    /// A frame that the server need not reply to.
    Other,
}

/// An item whose reply the hub awaits.
#[derive(Debug)]
struct Route {
    item: Item,
    tab: TabId,
    kind: ItemKind,
    characters: u32,
}

#[derive(Debug)]
pub(super) struct Hub {
    me: TabId,
    pub(super) line: LineId,
    pub(super) state: LineState,
    /// By key: the highest `seq` of each conversation, as far as the server has said.
    heads: Vec<Option<Seq>>,
    routes: Vec<Route>,
    /// The `sync` requests that wait, because the server allows only one at a time.
    syncs: VecDeque<Item>,
    /// The one that it has not replied to, and when it was sent.
    sync_under_way: Option<(Item, Millis)>,
    /// The followers' pings that wait until the server has replied to something.
    pings: Vec<Item>,
    /// Since when the server owes followers a reply.
    unanswered: Option<Millis>,
    /// Half of the time to reply has passed, and the hub has sent a `ping`.
    probed: bool,
    held_up: bool,
    /// Lines in a row given up as dead: each doubles the time, since a slow link looks the same.
    strikes: u32,
}

impl Hub {
    pub(super) fn new(me: TabId) -> Self {
        Self {
            me,
            line: 0,
            state: LineState::Closed,
            heads: Vec::new(),
            routes: Vec::new(),
            syncs: VecDeque::new(),
            sync_under_way: None,
            pings: Vec::new(),
            unanswered: None,
            probed: false,
            held_up: false,
            strikes: 0,
        }
    }

    /// Begins a line: this tab's machine opens a WebSocket.
    pub(super) fn begin(&mut self) {
        self.line = self.line.wrapping_add(1);
        self.end();
    }

    /// The line is closed: nothing sent on it will be answered, and the caller forgets all items.
    pub(super) fn end(&mut self) {
        let (me, line, strikes) = (self.me, self.line, self.strikes);
        *self = Self { line, strikes, ..Self::new(me) };
    }

    /// Returns the tab to blame if the server closes the line because of a frame that is too long.
    pub(super) fn tab_of_longest(&self) -> Option<TabId> {
        let messages = self.routes.iter().filter(|route| route.kind == ItemKind::Message);
        messages.max_by_key(|route| route.characters).map(|route| route.tab)
    }

    pub(super) fn welcomed(&mut self, heads: &[(Key, Seq)]) {
        self.state = LineState::Open;
        self.set_heads(heads);
    }

    /// Conversations that `heads` no longer contains are those that the user has left.
    pub(super) fn set_heads(&mut self, heads: &[(Key, Seq)]) {
        let before = std::mem::take(&mut self.heads);
        for (key, head) in heads {
            // Messages that were committed after the server had read the heads may have arrived before them.
            let known = before.get(*key as usize).copied().flatten().unwrap_or(0);
            self.raise(*key, known.max(*head));
        }
    }

    /// Raises the head of a conversation to this `seq`.
    pub(super) fn raise(&mut self, key: Key, seq: Seq) {
        let key = key as usize;
        if self.heads.len() <= key {
            self.heads.resize(key + 1, None);
        }
        if let Some(head) = self.heads.get_mut(key) {
            *head = Some(head.unwrap_or(0).max(seq));
        }
    }

    pub(super) fn heads(&self) -> impl Iterator<Item = (Key, Seq)> {
        self.heads.iter().enumerate().filter_map(|(key, head)| head.map(|head| (key as Key, head)))
    }

    fn total(&self) -> Seq {
        self.heads().map(|(_, head)| head).sum()
    }

    /// A tab's machine sends a frame of `characters` UTF-16 code units.
    pub(super) fn ask(
        &mut self,
        now: Millis,
        tab: TabId,
        item: Item,
        kind: ItemKind,
        characters: u32,
        effects: &mut VecDeque<TabEffect>,
    ) {
        let is_mine = tab == self.me;
        match kind {
            ItemKind::Ping if !is_mine => {
                // Only a line that owes nothing is known to be alive.
                if self.unanswered.is_some() {
                    self.routes.push(Route { item, tab, kind, characters });
                    self.pings.push(item);
                } else {
                    effects.push_back(TabEffect::Pong { item, total: self.total() });
                }
                return;
            }
            ItemKind::Hello | ItemKind::Other => {
                effects.push_back(TabEffect::Forward(item));
                effects.push_back(TabEffect::Forget(item));
                return;
            }
            _ => {}
        }
        self.routes.push(Route { item, tab, kind, characters });
        if kind == ItemKind::Sync {
            self.syncs.push_back(item);
            self.take_turn(now, effects);
        } else {
            effects.push_back(TabEffect::Forward(item));
        }
        if !is_mine && matches!(kind, ItemKind::Sync | ItemKind::Message) && self.unanswered.is_none() {
            self.unanswered = Some(now);
        }
    }

    /// The server has replied to this item, or to the hub's `ping`, 0. Returns the tab that the reply is for.
    pub(super) fn answered(
        &mut self,
        now: Millis,
        item: Item,
        effects: &mut VecDeque<TabEffect>,
    ) -> Option<TabId> {
        let at = self.routes.iter().position(|route| route.item == item);
        let route = at.map(|at| self.routes.remove(at));
        if route.is_some() {
            effects.push_back(TabEffect::Forget(item));
        }
        self.sync_under_way.take_if(|(under_way, _)| *under_way == item);
        self.hear(now, effects);
        self.take_turn(now, effects);
        route.map(|route| route.tab)
    }

    /// The server has replied to something, which proves that it receives frames: restarts the wait for the rest.
    fn hear(&mut self, now: Millis, effects: &mut VecDeque<TabEffect>) {
        if self.unanswered.is_some_and(|since| now.saturating_sub(since) < REPLY_WITHIN / 4) {
            self.strikes = self.strikes.saturating_sub(1);
        }
        let me = self.me;
        let owes =
            |route: &Route| route.tab != me && !matches!(route.kind, ItemKind::Ping | ItemKind::History);
        self.unanswered = self.routes.iter().any(owes).then_some(now);
        self.probed = false;
        self.held_up = false;
        let total = self.total();
        for item in std::mem::take(&mut self.pings) {
            self.routes.retain(|route| route.item != item);
            effects.push_back(TabEffect::Pong { item, total });
        }
    }

    fn take_turn(&mut self, now: Millis, effects: &mut VecDeque<TabEffect>) {
        self.sync_under_way.take_if(|(_, since)| now >= since.saturating_add(TURN_WITHIN));
        if self.sync_under_way.is_none()
            && let Some(item) = self.syncs.pop_front()
        {
            self.sync_under_way = Some((item, now));
            effects.push_back(TabEffect::Forward(item));
        }
    }

    /// Returns true if the line counts as dead.
    pub(super) fn alarm(&mut self, now: Millis, effects: &mut VecDeque<TabEffect>) -> bool {
        self.take_turn(now, effects);
        let Some(late) = self.reply_due().and_then(|due| now.checked_sub(due)) else { return false };
        if late >= HELD_UP && !self.held_up {
            self.unanswered = Some(now);
            self.probed = false;
            self.held_up = true;
        } else if self.probed || late >= self.patience() / 2 {
            self.strikes = (self.strikes + 1).min(DOUBLINGS);
            return true;
        } else {
            self.probed = true;
            effects.push_back(TabEffect::Ping);
        }
        false
    }

    pub(super) fn next_deadline(&self) -> Option<Millis> {
        let turn =
            self.sync_under_way.filter(|_| !self.syncs.is_empty()).map(|(_, since)| since + TURN_WITHIN);
        [turn, self.reply_due()].into_iter().flatten().min()
    }

    fn reply_due(&self) -> Option<Millis> {
        let span = if self.probed { self.patience() } else { self.patience() / 2 };
        self.unanswered.map(|since| since.saturating_add(span))
    }

    fn patience(&self) -> Millis {
        REPLY_WITHIN << self.strikes.saturating_sub(1)
    }
}
