//! What the application wants sent, in its order, until it is known how it ended.

use super::{SendError, SendId};

/// Messages that are on their way at once. A window keeps a long queue from running into the server's rate limit
/// all over again, and bounds what is sent twice after a cut.
const WINDOW: usize = 32;

/// Characters of messages that are on their way at once, unless a single message has more: 1.6 s on a line of 160 kbit/s,
/// so that the last one's acknowledgement comes in time.
const WINDOW_CHARACTERS: usize = 32 << 10;

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
    /// A socket has taken it, the present one or an earlier one, and the server has not said what became of it.
    unanswered: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Waiting,
    /// The caller was asked to hand it to the present socket.
    Offered,
    /// The present socket has taken it.
    UnderWay,
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
        self.entries.push(Entry { id, kind, characters, stage: Stage::Waiting, unanswered: false });
        Ok(id)
    }

    /// The next frame that may go, marked as offered. In acknowledged delivery messages go only as far as the window
    /// reaches.
    pub(super) fn next(&mut self, may_go: MayGo) -> Option<SendId> {
        let mut ahead = 0;
        // Messages leave from the front, so a place in the queue is as good as a count of those under way.
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

    /// The present socket has taken this frame. Returns its kind; `None` if the frame is not there any more.
    pub(super) fn taken(&mut self, id: SendId) -> Option<Kind> {
        let entry = self.entries.iter_mut().find(|entry| entry.id == id)?;
        entry.stage = Stage::UnderWay;
        entry.unanswered = entry.kind == Kind::Message;
        Some(entry.kind)
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

    /// The socket is gone: what it was offered goes again, in order.
    pub(super) fn requeue(&mut self) {
        for entry in &mut self.entries {
            entry.stage = Stage::Waiting;
        }
    }

    /// The server has refused this message for now, and stored nothing of it. Those behind it go again after it.
    pub(super) fn retry_later(&mut self, id: SendId) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) {
            entry.unanswered = false;
        }
        self.requeue();
    }

    /// Takes out the largest message that the present socket has taken.
    pub(super) fn take_largest_under_way(&mut self) -> Option<SendId> {
        let under_way = self.entries.iter().filter(|entry| entry.stage == Stage::UnderWay);
        let id = under_way.max_by_key(|entry| entry.characters)?.id;
        self.remove(id).then_some(id)
    }

    /// Takes out what was sent to a server that, as it turned out, acknowledges nothing.
    pub(super) fn take_under_way(&mut self) -> Vec<SendId> {
        let under_way = self.entries.iter().filter(|entry| entry.stage == Stage::UnderWay);
        let under_way: Vec<SendId> = under_way.map(|entry| entry.id).collect();
        for id in &under_way {
            self.remove(*id);
        }
        under_way
    }

    /// Takes out everything, each with whether the server may have stored it.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = (SendId, bool)> + use<> {
        self.characters = 0;
        std::mem::take(&mut self.entries).into_iter().map(|entry| (entry.id, entry.unanswered))
    }

    /// Whether the present socket has taken this frame, or is about to.
    pub(super) fn is_under_way(&self, id: SendId) -> bool {
        self.entries.iter().any(|entry| entry.id == id && entry.stage != Stage::Waiting)
    }

    /// Whether the present socket has taken any message that the server has not answered.
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

/// What may be sent at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MayGo {
    /// It is not known yet whether the server is there, or whose connection this is.
    Nothing,
    /// It is not known yet whether the server acknowledges.
    Requests,
    /// It does.
    Window,
    /// It does not.
    Everything,
}
