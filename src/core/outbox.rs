//! What the application wants sent, in its order, until it is known how it ended.

use super::{SendError, SendId};

/// Messages that are on their way at once. A window keeps a long queue from running into the server's rate limit
/// all over again, and bounds what is sent twice after a cut.
const WINDOW: usize = 32;

/// The queue's limit in characters, beside the configured one in frames: 4 Mi UTF-16 code units.
const CHARACTER_LIMIT: usize = 4 << 20;

/// What a frame is, which decides when it may go and when it is done with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A message: waits until it is known whether the server acknowledges; where it does, kept until it has.
    Message,
    /// A question that may be asked before that is known, and that the server's answer settles.
    Request,
    /// A frame of the application's own.
    Other,
}

/// How an accepted frame ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server has stored it.
    Delivered,
    /// An open socket took it, and nothing more can be known.
    Sent,
    /// The server refused it, for good.
    Refused,
    /// It will not be sent.
    Failed(SendError),
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    id: SendId,
    kind: Kind,
    characters: usize,
    /// The present socket has it.
    under_way: bool,
}

/// Holds ids only: the text stays with the caller.
#[derive(Clone, Debug, Default)]
pub(super) struct Outbox {
    entries: Vec<Entry>,
    characters: usize,
    next: SendId,
}

impl Outbox {
    pub(super) fn push(&mut self, kind: Kind, characters: usize, limit: usize) -> Result<SendId, SendError> {
        if self.entries.len() >= limit || self.characters.saturating_add(characters) > CHARACTER_LIMIT {
            return Err(SendError::QueueFull);
        }
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        self.characters += characters;
        self.entries.push(Entry { id, kind, characters, under_way: false });
        Ok(id)
    }

    /// The next frame that may go, marked as under way. Messages only where `messages` says so, and in acknowledged
    /// delivery only as many as the window allows.
    pub(super) fn next(&mut self, may_go: MayGo) -> Option<SendId> {
        let window = match may_go {
            MayGo::Requests => 0,
            MayGo::Window => WINDOW,
            MayGo::Everything => usize::MAX,
        };
        // Messages leave from the front, so a place in the queue is as good as a count of those under way.
        let mut entries = self.entries.iter_mut().enumerate();
        let (_, entry) =
            entries.find(|(at, entry)| !entry.under_way && (entry.kind == Kind::Request || *at < window))?;
        entry.under_way = true;
        Some(entry.id)
    }

    pub(super) fn kind(&self, id: SendId) -> Option<Kind> {
        self.entries.iter().find(|entry| entry.id == id).map(|entry| entry.kind)
    }

    /// Takes a frame out; false if it was not there.
    pub(super) fn remove(&mut self, id: SendId) -> bool {
        // Frames leave nearly in the order in which they came, so it is found at once.
        let Some(at) = self.entries.iter().position(|entry| entry.id == id) else {
            return false;
        };
        self.characters -= self.entries.remove(at).characters;
        true
    }

    /// The socket is gone, or refused for now: what was under way is to go again, in order.
    pub(super) fn requeue(&mut self) {
        for entry in &mut self.entries {
            entry.under_way = false;
        }
    }

    /// Takes out what was sent to a server that, as it turned out, acknowledges nothing.
    pub(super) fn take_under_way(&mut self) -> Vec<SendId> {
        let under_way: Vec<SendId> =
            self.entries.iter().filter(|entry| entry.under_way).map(|entry| entry.id).collect();
        for id in &under_way {
            self.remove(*id);
        }
        under_way
    }

    pub(super) fn take_all(&mut self) -> impl Iterator<Item = SendId> + use<> {
        self.characters = 0;
        std::mem::take(&mut self.entries).into_iter().map(|entry| entry.id)
    }

    pub(super) fn is_under_way(&self, id: SendId) -> bool {
        self.entries.iter().any(|entry| entry.id == id && entry.under_way)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// What may be sent at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MayGo {
    /// It is not known yet whether the server acknowledges.
    Requests,
    /// It does.
    Window,
    /// It does not.
    Everything,
}
