//! The gate: lets each message of a conversation pass once and in order, and detects missing ones.
//!
//! Messages on a live connection may be duplicated, reordered or lost. The reply to a `sync` is the server's history,
//! and is final: a message missing there is missing from the history, and reported as a gap.

use std::collections::VecDeque;

use super::{Effect, LAYER_1, Seq};

/// The maximum number of held messages. Further ones are dropped: the `sync` in flight fetches them again.
const HELD_LIMIT: usize = 256;

/// A conversation id as a small integer. JavaScript interns the ids, numbers or strings, so that no string passes
/// through Rust.
///
/// An even slot and the odd one after it are the same id as a number and as a string: listeners distinguish `2` from
/// `"2"`, but the keys of JSON objects, such as `heads`, do not.
pub type Slot = u32;

/// Returns the slot without the id's type, as in the keys of `heads`.
fn key_of(slot: Slot) -> u32 {
    slot / 2
}

/// Identifies a held message, which the caller keeps until [`Effect::Deliver`] or [`Effect::Forget`].
pub type HeldId = u32;

/// What the caller does with a received message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Call its listeners now.
    Deliver,
    /// Drop it: it was delivered before, or a `sync` will fetch it again.
    Drop,
    /// It arrived early: keep it under this id.
    Hold(HeldId),
}

/// Missing messages: those between two sequence numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The conversation.
    pub conversation: Slot,
    /// The last one received.
    pub after: Seq,
    /// The first one available after the gap.
    pub before: Seq,
}

#[derive(Clone, Debug)]
struct Conversation {
    /// The slot in which it was last named, by a number or a string.
    slot: Slot,
    /// Every message up to here was delivered.
    cursor: Seq,
    /// The highest `seq` known to be on the server.
    head: Seq,
    /// No message was received yet: wherever the server's history begins, there is no gap before it.
    fresh: bool,
    /// The lowest `seq` received, held or dropped: the first `welcome` places the cursor below it.
    earliest: Seq,
    /// The user has left; the cursor is kept in case they return.
    left: bool,
    /// Held messages, in order.
    held: Vec<(Seq, HeldId)>,
}

impl Conversation {
    fn new(slot: Slot) -> Self {
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

    /// The gap between the cursor and the first available message, if there is one.
    fn gap_before(&self, seq: Seq) -> Option<Gap> {
        let missing = seq > self.cursor + 1 && !self.fresh;
        missing.then_some(Gap { conversation: self.slot, after: self.cursor, before: seq })
    }

    /// Takes the first held message, if it was delivered meanwhile (forgotten) or is next (delivered).
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
    /// Indexed by [`key_of`] a slot.
    conversations: Vec<Option<Conversation>>,
    /// The first `welcome` has set the cursors.
    begun: bool,
    next_held: HeldId,
}

impl Gate {
    /// Judges a broadcast message. Held messages that follow it directly are added to `effects`.
    pub(super) fn judge(&mut self, slot: Slot, seq: Seq, effects: &mut VecDeque<Effect>) -> Verdict {
        let begun = self.begun;
        let conversation = self.entry(slot);
        conversation.slot = slot;
        conversation.left = false;
        conversation.head = conversation.head.max(seq);
        conversation.earliest = conversation.earliest.min(seq);
        // Before the first welcome, the next `seq` is unknown.
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

    /// Judges a message of a `sync_response`. Returns the gap before it, too.
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

    /// Moves the cursor up to the floor. Returns whether it moved, and the gap that this leaves.
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

    /// Gives up the message after the cursor, and returns the gap. `None` if the cursor has moved from `cursor`.
    pub(super) fn skip(&mut self, slot: Slot, cursor: Seq) -> Option<Gap> {
        let conversation = self.entry(slot);
        if conversation.cursor != cursor {
            return None;
        }
        self.set_floor(slot, cursor.saturating_add(1)).1
    }

    /// Sets the heads of all conversations in which the user takes part. The page's first heads become its cursors. A
    /// head below its cursor is ignored: a cursor never decreases.
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
                // Messages received on this connection before the welcome are still delivered.
                conversation.cursor = (*head).min(conversation.earliest.saturating_sub(1));
                conversation.fresh = false;
            }
        }
    }

    /// Delivers the held messages that are next, of all conversations.
    pub(super) fn deliver_held(&mut self, effects: &mut VecDeque<Effect>) {
        for conversation in self.conversations.iter_mut().flatten() {
            conversation.deliver_held(effects);
        }
    }

    /// The server speaks layer 0: delivers all held messages in order, and forgets all cursors.
    pub(super) fn stop_counting(&mut self, effects: &mut VecDeque<Effect>) {
        self.empty(effects, Effect::Deliver);
    }

    /// Forgets all cursors and all held messages.
    pub(super) fn clear(&mut self, effects: &mut VecDeque<Effect>) {
        self.empty(effects, Effect::Forget);
    }

    /// The conversations whose head is above their cursor, with their cursors.
    pub(super) fn behind(&self) -> impl Iterator<Item = (Slot, Seq)> {
        let behind = self.known().filter(|conversation| conversation.is_behind());
        behind.map(|conversation| (conversation.slot, conversation.cursor))
    }

    pub(super) fn any_behind(&self) -> bool {
        self.known().any(Conversation::is_behind)
    }

    /// All cursors, for `hello`.
    pub(super) fn cursors(&self) -> impl Iterator<Item = (Slot, Seq)> {
        self.known().map(|conversation| (conversation.slot, conversation.cursor))
    }

    /// The sum of the cursors, to compare with the `total` of a `pong`.
    pub(super) fn total(&self) -> Seq {
        self.known().filter(|conversation| !conversation.left).map(|conversation| conversation.cursor).sum()
    }

    /// Returns whether this conversation has a cursor.
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
        // Without layer 1 there are none, which the compiler can't see.
        if LAYER_1 { self.conversations.iter() } else { [].iter() }.flatten()
    }

    #[allow(clippy::indexing_slicing, reason = "the vector was just extended to this length")]
    fn entry(&mut self, slot: Slot) -> &mut Conversation {
        let key = key_of(slot) as usize;
        if self.conversations.len() <= key {
            self.conversations.resize_with(key + 1, || None);
        }
        self.conversations[key].get_or_insert_with(|| Conversation::new(slot))
    }
}
