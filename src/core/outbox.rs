//! The frames that the application sends, in order, until each is settled.

use super::{SendError, SendId};

/// The maximum number of messages in flight. The window keeps a long queue from hitting the server's rate limit again
/// and again, and limits the messages that are repeated after an outage.
const WINDOW: usize = 32;

/// The maximum number of characters in flight, unless a single message has more: 1.6 s on a link of 160 kbit/s, so that
/// the last one's acknowledgement arrives in time.
const WINDOW_CHARACTERS: usize = 32 << 10;

/// The queue's limit in characters, beside the configured one in frames: 4 Mi UTF-16 code units.
const CHARACTER_LIMIT: usize = 4 << 20;

/// The kind of a frame, which decides when it may be sent and when it is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A message: waits until the server's layer is known. With layer 1 it is kept until it is acknowledged.
    Message,
    /// A request such as `get_messages`: may be sent before the layer is known, and is settled when sent.
    Request,
    /// The application's custom frame: waits as a message does, and is settled when sent.
    Other,
}

/// How an accepted frame ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server has stored it.
    Delivered,
    /// An open socket took it; the server does not acknowledge it.
    Sent,
    /// The server rejected it, finally.
    Rejected,
    /// It will not be sent.
    Failed(SendError),
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    id: SendId,
    kind: Kind,
    characters: usize,
    stage: Stage,
    /// A socket, the present or an earlier one, took this message, and the server has neither acknowledged nor rejected
    /// it.
    unanswered: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Waiting,
    /// An effect asks the caller to hand it to the present socket.
    Offered,
    /// The present socket has taken it.
    UnderWay,
}

/// Contains ids only: the caller keeps the texts.
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
        self.entries.push(Entry { id, kind, characters, stage: Stage::Waiting, unanswered: false });
        Ok(id)
    }

    /// Returns the next frame that may be sent, and marks it as offered.
    pub(super) fn next(&mut self, may_go: MayGo) -> Option<SendId> {
        let mut ahead = 0;
        // Messages leave from the front, so the place in the queue equals the number of messages in flight before it.
        for (place, entry) in self.entries.iter_mut().enumerate() {
            let is_in_window =
                place == 0 || (place < WINDOW && ahead + entry.characters <= WINDOW_CHARACTERS);
            ahead += entry.characters;
            let may = match may_go {
                MayGo::Nothing => return None,
                MayGo::Requests => entry.kind == Kind::Request,
                MayGo::Window => entry.kind == Kind::Request || is_in_window,
                MayGo::Everything => true,
            };
            if entry.stage == Stage::Waiting && may {
                entry.stage = Stage::Offered;
                return Some(entry.id);
            }
        }
        None
    }

    /// Records that the present socket took this frame. Returns its kind; `None` if the frame has been removed.
    pub(super) fn taken(&mut self, id: SendId) -> Option<Kind> {
        let entry = self.entries.iter_mut().find(|entry| entry.id == id)?;
        entry.stage = Stage::UnderWay;
        entry.unanswered = entry.kind == Kind::Message;
        Some(entry.kind)
    }

    /// Removes a frame. Returns whether it was there.
    pub(super) fn remove(&mut self, id: SendId) -> bool {
        // Frames leave nearly in order, so this search ends near the front.
        let Some(at) = self.entries.iter().position(|entry| entry.id == id) else {
            return false;
        };
        self.characters -= self.entries.remove(at).characters;
        true
    }

    /// The socket is lost: all frames wait to be sent again, in order.
    pub(super) fn requeue(&mut self) {
        for entry in &mut self.entries {
            entry.stage = Stage::Waiting;
        }
    }

    /// The server rejected this message temporarily, and has not stored it: it is sent again, and the later ones after
    /// it.
    pub(super) fn retry_later(&mut self, id: SendId) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) {
            entry.unanswered = false;
        }
        self.requeue();
    }

    /// Removes the largest message in flight.
    pub(super) fn take_largest_under_way(&mut self) -> Option<SendId> {
        let under_way = self.entries.iter().filter(|entry| entry.stage == Stage::UnderWay);
        let id = under_way.max_by_key(|entry| entry.characters)?.id;
        self.remove(id).then_some(id)
    }

    /// Removes all frames in flight, for a server that turned out to speak layer 0.
    pub(super) fn take_under_way(&mut self) -> Vec<SendId> {
        let under_way = self.entries.iter().filter(|entry| entry.stage == Stage::UnderWay);
        let under_way: Vec<SendId> = under_way.map(|entry| entry.id).collect();
        for id in &under_way {
            self.remove(*id);
        }
        under_way
    }

    /// Removes all frames. Returns for each whether the server may have stored it.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = (SendId, bool)> + use<> {
        self.characters = 0;
        std::mem::take(&mut self.entries).into_iter().map(|entry| (entry.id, entry.unanswered))
    }

    /// Returns whether the present socket has taken this frame, or was offered it.
    pub(super) fn is_under_way(&self, id: SendId) -> bool {
        self.entries.iter().any(|entry| entry.id == id && entry.stage != Stage::Waiting)
    }

    /// Returns whether any frame is in flight.
    pub(super) fn any_under_way(&self) -> bool {
        self.entries.iter().any(|entry| entry.stage == Stage::UnderWay)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Which frames may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MayGo {
    /// None: the server has not shown yet that it is there, or whose connection this is.
    Nothing,
    /// Requests: the layer is unknown, or the server asked to wait with messages.
    Requests,
    /// Requests, and messages and custom frames within the window: layer 1.
    Window,
    /// All frames: layer 0, or a server in doubt.
    Everything,
}
