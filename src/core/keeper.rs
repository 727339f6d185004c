//! The keeper: the queue in front of the machine on a page with the option `persist`. It decides when an accepted frame
//! may leave for the machine's outbox, and what the browser's storage must keep meanwhile.
//!
//! - **Accepted is committed.** A message leaves only after its record is in the storage, so that no crash of the page
//!   loses it. A storage that takes longer than [`PATIENCE`] does not hold it back: the message leaves without a record.
//! - **The order is that of acceptance.** A message that waits for its record holds back the later ones. What another page
//!   has left comes first, because it is older.
//! - **A faulty storage is dropped and opened again**, [`REOPENINGS`] times in a row. After that, nothing is kept.
//! - **Nothing is sent that the server may have forgotten.** A record older than [`REMEMBERED`] fails instead.
//! - **Nothing is sent as another user.** While the caller [doubts](Keeper::doubt) whose connection it is, nothing leaves.
//!
//! The contract is that of the [machine](super): inputs in, effects and the next deadline out. The caller keeps the texts,
//! and passes a frame on to the machine when it is [released](KeeperEffect::Release).

use super::Millis;

/// How long a message waits for its record. Committing one takes a few milliseconds.
pub const PATIENCE: Millis = 1_000;

/// How often in a row the storage is opened again.
pub const REOPENINGS: u32 = 3;

/// The age from which a record fails instead of being sent: a day less than a server must remember a `client_id`, because
/// a frame may wait for a connection after it was released. See PROTOCOL.md.
pub const REMEMBERED: Millis = 6 * 24 * 60 * 60 * 1_000;

/// Identifies a frame from its acceptance until it is settled; never reused.
pub type KeptId = u32;

/// A task for the caller, to carry out in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeeperEffect {
    /// Drop the storage's handle, if there is one, and open another. Then call [`Keeper::opened`] or
    /// [`Keeper::faulted`].
    Open,
    /// Drop the handle: nothing is kept any more.
    Close,
    /// Write the record of this message, unless the storage has it already. Then call [`Keeper::committed`] or
    /// [`Keeper::faulted`]. Without an open handle, do nothing, as with the next three.
    Put(KeptId),
    /// Delete the record. Then call [`Keeper::deleted`] or [`Keeper::faulted`].
    Delete(KeptId),
    /// Write to the record whether the message has failed: see [`Keeper::has_failed`].
    Mark(KeptId),
    /// Delete all records of this user.
    Clear,
    /// Pass the frame on to the machine.
    Release(KeptId),
    /// The restored message is too old to be sent, and has failed.
    Expire(KeptId),
}

/// How the machine, or the caller before it, has settled a released frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It was delivered, or a server without acknowledgements has received it.
    Done,
    /// It was refused, or given up: it stays until the application discards it or sends it again.
    Failed,
}

/// How a frame is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// A message: it is kept until it is settled.
    Kept,
    /// A custom frame: it waits for the frames before it.
    Passing,
    /// A message that must not wait for a connection.
    Immediate,
}

/// A message that another page has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// The page that accepted it, as a small integer.
    pub origin: u32,
    /// Its number among the messages of that page.
    pub number: u64,
    /// The time since it was accepted.
    pub age: Millis,
    /// It has failed before.
    pub has_failed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Storage {
    /// A handle was requested.
    Opening,
    Open,
    /// Given up.
    Gone,
}

/// The record of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    /// It needs none.
    Never,
    /// It is missing. The frame waits for it until this time; `None`: no longer.
    Missing(Option<Millis>),
    Committed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Waiting,
    /// The machine has it.
    Released,
    Failed,
    /// It is settled, and its record remains to be deleted.
    Done,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    id: KeptId,
    kept: Kept,
    stage: Stage,
}

impl Entry {
    fn waits_for_its_record(&self) -> bool {
        matches!(self.kept, Kept::Missing(Some(_)))
    }

    /// Whether the storage owes something for this frame.
    fn is_owed(&self) -> bool {
        self.stage == Stage::Done || matches!(self.kept, Kept::Missing(_))
    }
}

/// The queue of a page with `persist`. The [module](self) states its rules.
#[derive(Debug)]
pub struct Keeper {
    /// In the order of sending, except for those that are settled.
    entries: Vec<Entry>,
    /// Restored records, in the order of sending.
    arriving: Vec<(KeptId, Record)>,
    next: KeptId,
    effects: Vec<KeeperEffect>,
    storage: Storage,
    /// A message has waited in vain. Until the storage answers again, no message waits for it.
    is_suspect: bool,
    /// The openings in a row without an answer after them.
    reopenings: u32,
    /// When the present handle counts as hung.
    answer_by: Option<Millis>,
    /// Until when own messages wait for the restored ones.
    restored_by: Option<Millis>,
    /// The connection is this user's, as far as is known.
    is_confirmed: bool,
    /// All records are to be deleted as soon as the storage is open.
    must_clear: bool,
    limit: usize,
    now: Millis,
}

impl Keeper {
    /// Returns a keeper of at most `limit` frames that are not settled. It opens the storage.
    pub fn new(now: Millis, limit: usize) -> Self {
        Self {
            entries: Vec::new(),
            arriving: Vec::new(),
            next: 0,
            effects: vec![KeeperEffect::Open],
            storage: Storage::Opening,
            is_suspect: false,
            reopenings: 0,
            answer_by: Some(now.saturating_add(PATIENCE)),
            restored_by: Some(now.saturating_add(PATIENCE)),
            is_confirmed: true,
            must_clear: false,
            limit,
            now,
        }
    }

    // Inputs.

    /// Accepts a frame. Returns `None` if it is refused: the queue is full, or the frame must not wait and would have to.
    /// (The machine's limit of characters is checked when it is released.)
    pub fn accept(&mut self, now: Millis, keeping: Keeping) -> Option<KeptId> {
        self.tick(now);
        let is_full = self.count(Stage::Waiting) + self.count(Stage::Released) >= self.limit;
        let must_wait = !self.is_open() || self.is_blocked();
        if is_full || (keeping == Keeping::Immediate && must_wait) {
            return None;
        }
        let id = self.take_id();
        let waits = self.storage != Storage::Gone && !self.is_suspect;
        let kept = match keeping {
            Keeping::Kept => Kept::Missing(waits.then_some(self.now.saturating_add(PATIENCE))),
            Keeping::Passing | Keeping::Immediate => Kept::Never,
        };
        self.entries.push(Entry { id, kept, stage: Stage::Waiting });
        if keeping == Keeping::Kept {
            self.ask(KeeperEffect::Put(id));
        }
        self.flush();
        Some(id)
    }

    /// The storage is open. What it lacks is written again: it may be another one than before.
    pub fn opened(&mut self, now: Millis) {
        self.tick(now);
        if self.storage != Storage::Opening {
            return;
        }
        self.storage = Storage::Open;
        if std::mem::take(&mut self.must_clear) {
            push(&mut self.effects, KeeperEffect::Clear);
        }
        for entry in &self.entries {
            let task = match entry {
                Entry { stage: Stage::Done, id, .. } => KeeperEffect::Delete(*id),
                Entry { kept: Kept::Never, .. } => continue,
                Entry { id, .. } => KeeperEffect::Put(*id),
            };
            push(&mut self.effects, task);
        }
        self.await_answer();
    }

    /// The record of this message is in the storage.
    pub fn committed(&mut self, now: Millis, id: KeptId) {
        self.tick(now);
        if self.is_gone() {
            return;
        }
        let correction = match self.entry(id) {
            // It was settled while the record was being written.
            None | Some(Entry { stage: Stage::Done, .. }) => Some(KeeperEffect::Delete(id)),
            Some(entry) => {
                entry.kept = Kept::Committed;
                (entry.stage == Stage::Failed).then_some(KeeperEffect::Mark(id))
            }
        };
        if let Some(correction) = correction {
            push(&mut self.effects, correction);
        }
        self.answered();
    }

    /// The record of this message is gone.
    pub fn deleted(&mut self, now: Millis, id: KeptId) {
        self.tick(now);
        if let Some(entry) = self.entry(id)
            && entry.stage == Stage::Done
        {
            entry.kept = Kept::Never;
        }
        self.tidy();
        self.answered();
    }

    /// The storage has failed: it could not be opened, has refused a record, or was closed.
    pub fn faulted(&mut self, now: Millis) {
        self.tick(now);
        self.fault();
        self.flush();
    }

    /// Adds a record that this page has taken over, in the storage's order. Call [`restored`](Self::restored) after the
    /// last one.
    pub fn restore(&mut self, record: Record) -> KeptId {
        let id = self.take_id();
        let mut last = (id, record);
        // The storage's order is that of the browser's pages among each other. A record that had to be written again
        // stands too late there, so among the places of a page's records, its own numbers give the order.
        for earlier in &mut self.arriving {
            if earlier.1.origin == record.origin && earlier.1.number > last.1.number {
                std::mem::swap(earlier, &mut last);
            }
        }
        self.arriving.push(last);
        id
    }

    /// Queues the records before the frames that wait: each page's in the order in which it accepted them. With
    /// `is_everything`, no more are expected soon, and own messages need not wait for them.
    pub fn restored(&mut self, now: Millis, is_everything: bool) {
        self.tick(now);
        let at = self.entries.iter().position(|entry| entry.stage == Stage::Waiting);
        let at = at.unwrap_or(self.entries.len());
        for (at, (id, record)) in (at..).zip(std::mem::take(&mut self.arriving)) {
            let is_old = record.age > REMEMBERED;
            let stage = if is_old || record.has_failed { Stage::Failed } else { Stage::Waiting };
            if is_old && !record.has_failed {
                push(&mut self.effects, KeeperEffect::Expire(id));
                push(&mut self.effects, KeeperEffect::Mark(id));
            }
            self.entries.insert(at, Entry { id, kept: Kept::Committed, stage });
        }
        if is_everything {
            self.restored_by = None;
        }
        self.flush();
    }

    /// The records belong to a user whom no connection has named yet.
    pub fn doubt(&mut self) {
        self.is_confirmed = false;
    }

    /// The connection is this user's, or the server names no users.
    pub fn confirm(&mut self, now: Millis) {
        self.tick(now);
        self.is_confirmed = true;
        self.flush();
    }

    /// A released frame was settled.
    pub fn settled(&mut self, now: Millis, id: KeptId, how: Settlement) {
        self.tick(now);
        match how {
            Settlement::Done => self.end(id),
            Settlement::Failed => {
                if let Some(entry) = self.entry(id) {
                    entry.stage = Stage::Failed;
                    self.mark(id);
                }
            }
        }
        self.flush();
    }

    /// Queues a failed message again, as the last one. Returns false if there is none.
    pub fn resend(&mut self, now: Millis, id: KeptId) -> bool {
        self.tick(now);
        let Some(at) = self.entries.iter().position(|entry| entry.id == id && entry.stage == Stage::Failed)
        else {
            return false;
        };
        let entry = self.entries.remove(at);
        self.entries.push(Entry { stage: Stage::Waiting, ..entry });
        self.mark(id);
        self.flush();
        true
    }

    /// Forgets a failed message. Returns false if there is none.
    pub fn discard(&mut self, now: Millis, id: KeptId) -> bool {
        self.tick(now);
        let has_failed = self.has_failed(id);
        if has_failed {
            self.end(id);
        }
        has_failed
    }

    /// The user has left or changed: forgets all frames, and deletes all records.
    pub fn abandon(&mut self, now: Millis) {
        self.tick(now);
        self.entries.clear();
        self.arriving.clear();
        self.effects.clear();
        match self.storage {
            Storage::Open => self.ask(KeeperEffect::Clear),
            Storage::Opening => {
                self.must_clear = true;
                // The effect may be among those that were not carried out; opening twice is harmless.
                push(&mut self.effects, KeeperEffect::Open);
            }
            Storage::Gone => {}
        }
    }

    /// A deadline may have passed. Early and needless alarms are harmless.
    pub fn alarm(&mut self, now: Millis) {
        let now = self.tick(now);
        let is_due = |at: Option<Millis>| at.is_some_and(|at| at <= now);
        for entry in &mut self.entries {
            if let Kept::Missing(until) = &mut entry.kept
                && is_due(*until)
            {
                *until = None;
                self.is_suspect = true;
            }
        }
        if is_due(self.answer_by) {
            self.fault();
        }
        if is_due(self.restored_by) {
            self.restored_by = None;
        }
        self.flush();
    }

    // Outputs.

    /// Takes the next effect to carry out; `None` if there is none.
    pub fn poll_effect(&mut self) -> Option<KeeperEffect> {
        if self.effects.is_empty() { None } else { Some(self.effects.remove(0)) }
    }

    /// When to call [`alarm`](Self::alarm); `None` if no deadline is set.
    pub fn next_deadline(&self) -> Option<Millis> {
        let waits = self.entries.iter().filter_map(|entry| match entry.kept {
            Kept::Missing(until) => until,
            _ => None,
        });
        waits.chain(self.answer_by).chain(self.restored_by).min()
    }

    // Queries.

    /// Whether the storage has the record of this message.
    pub fn is_durable(&self, id: KeptId) -> bool {
        self.entries.iter().any(|entry| entry.id == id && entry.kept == Kept::Committed)
    }

    /// Whether this message has failed.
    pub fn has_failed(&self, id: KeptId) -> bool {
        self.entries.iter().any(|entry| entry.id == id && entry.stage == Stage::Failed)
    }

    /// How many frames wait here, and not in the machine.
    pub fn waiting(&self) -> usize {
        self.count(Stage::Waiting)
    }

    /// Whether everything waits for a connection that is known to be this user's.
    pub fn is_in_doubt(&self) -> bool {
        !self.is_confirmed
    }

    /// Whether the storage was given up.
    pub fn is_gone(&self) -> bool {
        self.storage == Storage::Gone
    }

    // Mechanisms.

    fn tick(&mut self, now: Millis) -> Millis {
        self.now = self.now.max(now);
        self.now
    }

    fn take_id(&mut self) -> KeptId {
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        id
    }

    // Not inlined, as the next: the copies would make the wasm larger.
    #[inline(never)]
    fn entry(&mut self, id: KeptId) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.id == id)
    }

    /// Removes the settled frames whose records are gone, and the released ones that need none.
    #[inline(never)]
    fn tidy(&mut self) {
        let is_gone = self.is_gone();
        self.entries.retain(|Entry { stage, kept, .. }| match stage {
            Stage::Done => !is_gone && *kept != Kept::Never,
            Stage::Released => *kept != Kept::Never,
            Stage::Waiting | Stage::Failed => true,
        });
    }

    #[inline(never)]
    fn count(&self, stage: Stage) -> usize {
        self.entries.iter().filter(|entry| entry.stage == stage).count()
    }

    /// Whether frames may leave at all.
    fn is_open(&self) -> bool {
        self.is_confirmed && self.restored_by.is_none()
    }

    /// Whether the next frame waits for something else than its record, which takes a moment only.
    fn is_blocked(&self) -> bool {
        let next = self.entries.iter().find(|entry| entry.stage == Stage::Waiting);
        next.is_some_and(|entry| !entry.waits_for_its_record())
    }

    /// Releases the frames that may leave, in order.
    fn flush(&mut self) {
        if !self.is_open() {
            return;
        }
        let mut room = self.limit.saturating_sub(self.count(Stage::Released));
        for entry in &mut self.entries {
            if entry.stage != Stage::Waiting {
                continue;
            }
            if entry.waits_for_its_record() || room == 0 {
                break;
            }
            room -= 1;
            entry.stage = Stage::Released;
            push(&mut self.effects, KeeperEffect::Release(entry.id));
        }
        self.tidy();
    }

    /// The frame needs no record any more.
    fn end(&mut self, id: KeptId) {
        if let Some(entry) = self.entry(id) {
            entry.stage = Stage::Done;
            self.ask(KeeperEffect::Delete(id));
            self.tidy();
        }
    }

    fn mark(&mut self, id: KeptId) {
        if self.is_durable(id) {
            self.ask(KeeperEffect::Mark(id));
        }
    }

    /// Passes a task to the storage, if it is open: [`opened`](Self::opened) repeats what it missed.
    fn ask(&mut self, effect: KeeperEffect) {
        if self.storage == Storage::Open {
            push(&mut self.effects, effect);
            self.await_answer();
        }
    }

    fn await_answer(&mut self) {
        let is_owed = !self.is_gone() && self.entries.iter().any(Entry::is_owed);
        let by = self.answer_by.unwrap_or(self.now.saturating_add(PATIENCE));
        self.answer_by = is_owed.then_some(by);
    }

    /// The storage has done something.
    fn answered(&mut self) {
        self.is_suspect = false;
        self.reopenings = 0;
        self.answer_by = None;
        self.await_answer();
        self.flush();
    }

    fn fault(&mut self) {
        if self.is_gone() {
            return;
        }
        for entry in &mut self.entries {
            if entry.kept == Kept::Committed {
                // The storage may have lost it.
                entry.kept = Kept::Missing(None);
            }
        }
        self.reopenings += 1;
        if self.reopenings <= REOPENINGS {
            self.storage = Storage::Opening;
            self.answer_by = Some(self.now.saturating_add(PATIENCE));
            push(&mut self.effects, KeeperEffect::Open);
            return;
        }
        self.storage = Storage::Gone;
        self.answer_by = None;
        self.restored_by = None;
        push(&mut self.effects, KeeperEffect::Close);
        for entry in &mut self.entries {
            if let Kept::Missing(until) = &mut entry.kept {
                *until = None;
            }
        }
        self.tidy();
    }
}

/// Not inlined, because the copies would make the wasm larger.
#[inline(never)]
fn push(effects: &mut Vec<KeeperEffect>, effect: KeeperEffect) {
    effects.push(effect);
}
