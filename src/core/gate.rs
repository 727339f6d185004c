//! The gate: each message of a conversation passes once and in order, and a hole is noticed.
//!
//! What comes over a live connection may be doubled, out of order, or missing. What comes in answer to a `sync` is
//! the server's history, and has the last word: a hole in it is a hole in the history, and said aloud.

use std::collections::VecDeque;

use super::{Effect, Seq};

/// Messages held for one that is missing. More than this are dropped: the sync that is under way brings them again.
const HELD_LIMIT: usize = 256;

/// A conversation id as a small number. Ids are numbers or strings of any kind on the JavaScript side;
/// there they are interned, so that a message's way through Rust carries no string.
///
/// Two neighbouring slots, an even one and the odd one after it, are the same id as a number and as a string:
/// listeners tell `2` from `"2"`, but the keys of a JSON object, by which the wire counts, cannot.
pub type Slot = u32;

/// What the wire counts a conversation by: its slot without the type.
fn key_of(slot: Slot) -> u32 {
    slot / 2
}

/// Names a message that the caller keeps until it is released or forgotten.
pub type HeldId = u32;

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its listeners hear it now.
    Deliver,
    /// It was heard before, or will be brought again.
    Drop,
    /// It is early: keep it under this id.
    Hold(HeldId),
}

/// Messages that are missing: those after the one sequence number and before the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Whose messages.
    pub conversation: Slot,
    /// The last one that was heard.
    pub after: Seq,
    /// The first one that there is.
    pub before: Seq,
}

#[derive(Clone, Debug)]
struct Conversation {
    /// How its id was last spelled.
    slot: Slot,
    /// All up to here were heard.
    cursor: Seq,
    /// The server has at least this many.
    head: Seq,
    /// Nothing was ever heard: where history begins is for the server to say, and no gap.
    fresh: bool,
    /// The lowest number that came before the first `welcome`, whether there was room to hold it or not.
    earliest: Seq,
    /// The user takes no part any more; the cursor is kept in case of a return.
    left: bool,
    /// Early messages, in order.
    held: Vec<(Seq, HeldId)>,
}

impl Conversation {
    fn unheard(slot: Slot) -> Self {
        Self { slot, cursor: 0, head: 0, fresh: true, earliest: Seq::MAX, left: false, held: Vec::new() }
    }

    fn is_behind(&self) -> bool {
        !self.left && self.cursor < self.head
    }

    fn advance(&mut self, cursor: Seq) {
        self.cursor = cursor;
        self.head = self.head.max(cursor);
        self.fresh = false;
    }

    /// What lies between the cursor and the first message that there is.
    fn gap_before(&self, seq: Seq) -> Option<Gap> {
        let missing = seq > self.cursor + 1 && !self.fresh;
        missing.then_some(Gap { conversation: self.slot, after: self.cursor, before: seq })
    }

    /// The next held message: forgotten if it was heard meanwhile, delivered if its turn has come.
    fn next_held(&mut self) -> Option<Effect> {
        let (seq, held) = *self.held.first()?;
        let effect = if seq <= self.cursor {
            Effect::Forget(held)
        } else if seq == self.cursor + 1 {
            self.advance(seq);
            Effect::Deliver(held)
        } else {
            return None;
        };
        self.held.remove(0);
        Some(effect)
    }

    fn deliver_held(&mut self, effects: &mut VecDeque<Effect>) {
        while let Some(effect) = self.next_held() {
            effects.push_back(effect);
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Gate {
    /// Indexed by key.
    conversations: Vec<Option<Conversation>>,
    /// A `welcome` has said where this page begins.
    begun: bool,
    next_held: HeldId,
}

impl Gate {
    /// A message that came by itself. Held ones whose turn has come with it follow as effects.
    pub(super) fn judge(&mut self, slot: Slot, seq: Seq, effects: &mut VecDeque<Effect>) -> Verdict {
        let begun = self.begun;
        let conversation = self.entry(slot);
        conversation.slot = slot;
        conversation.left = false;
        conversation.head = conversation.head.max(seq);
        conversation.earliest = conversation.earliest.min(seq);
        // Before the first welcome nobody knows what comes next.
        let next = (begun || !conversation.fresh) && seq == conversation.cursor + 1;
        if seq <= conversation.cursor {
            Verdict::Drop
        } else if next {
            conversation.advance(seq);
            conversation.deliver_held(effects);
            Verdict::Deliver
        } else {
            self.hold(slot, seq)
        }
    }

    /// A message out of the server's history: with it, what is missing before it.
    pub(super) fn judge_synced(&mut self, slot: Slot, seq: Seq) -> (Verdict, Option<Gap>) {
        let conversation = self.entry(slot);
        conversation.slot = slot;
        if seq <= conversation.cursor {
            return (Verdict::Drop, None);
        }
        let gap = conversation.gap_before(seq);
        conversation.advance(seq);
        (Verdict::Deliver, gap)
    }

    /// The server's history of a conversation begins behind this number. Returns whether that moved the cursor, and what
    /// is missing because of it.
    pub(super) fn set_floor(&mut self, slot: Slot, floor: Seq) -> (bool, Option<Gap>) {
        let conversation = self.entry(slot);
        conversation.slot = slot;
        if floor <= conversation.cursor {
            return (false, None);
        }
        let gap = conversation.gap_before(floor.saturating_add(1));
        conversation.advance(floor);
        (true, gap)
    }

    /// The message behind the cursor cannot be had: the next one takes its place. `None` if the cursor has moved.
    pub(super) fn skip(&mut self, slot: Slot, cursor: Seq) -> Option<Gap> {
        let conversation = self.entry(slot);
        if conversation.cursor != cursor {
            return None;
        }
        self.set_floor(slot, cursor.saturating_add(1)).1
    }

    /// The heads of all conversations that the user takes part in. The first ones of all say where the page begins.
    /// A head below its cursor says nothing: a cursor never goes back.
    pub(super) fn set_heads(&mut self, heads: &[(Slot, Seq)]) {
        for conversation in self.conversations.iter_mut().flatten() {
            conversation.left = true;
        }
        let begun = std::mem::replace(&mut self.begun, true);
        for (slot, head) in heads {
            let conversation = self.entry(*slot);
            conversation.left = false;
            conversation.head = conversation.head.max(*head);
            if !begun && conversation.fresh {
                // What came over this very connection before the welcome is delivered as well.
                conversation.cursor = (*head).min(conversation.earliest.saturating_sub(1));
                conversation.fresh = false;
            }
        }
    }

    /// Held messages of all conversations whose turn has come.
    pub(super) fn deliver_held(&mut self, effects: &mut VecDeque<Effect>) {
        for conversation in self.conversations.iter_mut().flatten() {
            conversation.deliver_held(effects);
        }
    }

    /// Nobody counts any more: everything that is held goes out, in order, and all cursors are forgotten.
    pub(super) fn stop_counting(&mut self, effects: &mut VecDeque<Effect>) {
        self.empty(effects, Effect::Deliver);
    }

    /// Everything is forgotten, what is held included.
    pub(super) fn clear(&mut self, effects: &mut VecDeque<Effect>) {
        self.empty(effects, Effect::Forget);
    }

    /// Conversations of which the server has more than was heard, with their cursors.
    pub(super) fn behind(&self) -> impl Iterator<Item = (Slot, Seq)> {
        let behind = self.known().filter(|conversation| conversation.is_behind());
        behind.map(|conversation| (conversation.slot, conversation.cursor))
    }

    pub(super) fn any_behind(&self) -> bool {
        self.known().any(Conversation::is_behind)
    }

    /// Every cursor, for `hello`.
    pub(super) fn cursors(&self) -> impl Iterator<Item = (Slot, Seq)> {
        self.known().map(|conversation| (conversation.slot, conversation.cursor))
    }

    /// The sum that the digest in a `pong` is compared with.
    pub(super) fn total(&self) -> Seq {
        self.known().filter(|conversation| !conversation.left).map(|conversation| conversation.cursor).sum()
    }

    /// Whether anything is counted for this conversation.
    pub(super) fn knows(&self, slot: Slot) -> bool {
        self.conversations.get(key_of(slot) as usize).is_some_and(Option::is_some)
    }

    fn hold(&mut self, slot: Slot, seq: Seq) -> Verdict {
        let id = self.next_held;
        let full = self.known().map(|conversation| conversation.held.len()).sum::<usize>() >= HELD_LIMIT;
        let conversation = self.entry(slot);
        match conversation.held.binary_search_by_key(&seq, |(held, _)| *held) {
            Err(at) if !full => conversation.held.insert(at, (seq, id)),
            _ => return Verdict::Drop,
        }
        self.next_held = id.wrapping_add(1);
        Verdict::Hold(id)
    }

    fn empty(&mut self, effects: &mut VecDeque<Effect>, end: fn(HeldId) -> Effect) {
        self.begun = false;
        for conversation in std::mem::take(&mut self.conversations).into_iter().flatten() {
            for (_, held) in conversation.held {
                effects.push_back(end(held));
            }
        }
    }

    fn known(&self) -> impl Iterator<Item = &Conversation> {
        self.conversations.iter().flatten()
    }

    #[allow(clippy::indexing_slicing, reason = "the vector was just made long enough")]
    fn entry(&mut self, slot: Slot) -> &mut Conversation {
        let key = key_of(slot) as usize;
        if self.conversations.len() <= key {
            self.conversations.resize_with(key + 1, || None);
        }
        self.conversations[key].get_or_insert_with(|| Conversation::unheard(slot))
    }
}
