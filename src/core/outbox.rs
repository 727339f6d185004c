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

/// The number of connections that the client gives up because of one unacknowledged message. A server that never
/// acknowledges it, or an adapter that does not recognize the acknowledgement, would otherwise make the client reconnect
/// forever. Connections that the network ends do not count: they are not the message's fault.
const STRIKES: u32 = 3;

/// The kind of a frame, which decides when it may be sent and when it is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A message: waits until the server's layer is known. With layer 1 it is kept until it is acknowledged.
    Message,
    /// A request such as `get_messages`: may be sent before the layer is known, and is settled when sent.
    Request,
    /// The application's custom frame: waits as a message does, and is settled when sent.
    Other,
    /// A message that does not wait: it is refused unless it can be sent at once, and is never sent again.
    Immediate,
}

impl Kind {
    /// Returns whether the server may acknowledge it.
    pub(super) fn is_message(self) -> bool {
        matches!(self, Self::Message | Self::Immediate)
    }
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
    /// How many connections the client gave up because the server had not acknowledged messages in time, this one among
    /// them.
    strikes: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Waiting,
    /// An effect asks the caller to hand it to the present socket.
    Offered,
    /// The present socket has taken it.
    UnderWay,
}

/// The frames to remove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    All,
    One(SendId),
    /// The messages that are never sent again.
    Immediate,
    /// Those that the present socket has taken.
    UnderWay,
    /// The messages with as many strikes as they may have.
    StruckOut,
}

/// A removed frame, and whether the server may have stored it.
pub(super) type Taken = (SendId, bool);

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
        self.entries.push(Entry {
            id,
            kind,
            characters,
            stage: Stage::Waiting,
            unanswered: false,
            strikes: 0,
        });
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
        entry.unanswered = entry.kind.is_message();
        Some(entry.kind)
    }

    /// Removes the first of these frames.
    #[inline(never)]
    pub(super) fn take(&mut self, which: Which) -> Option<Taken> {
        // Frames leave nearly in order, so this search ends near the front.
        let at = self.entries.iter().position(|entry| match which {
            Which::All => true,
            Which::One(id) => entry.id == id,
            Which::Immediate => entry.kind == Kind::Immediate,
            Which::UnderWay => entry.stage == Stage::UnderWay,
            Which::StruckOut => entry.strikes >= STRIKES,
        })?;
        let entry = self.entries.remove(at);
        self.characters -= entry.characters;
        Some((entry.id, entry.unanswered))
    }

    /// The socket is lost: all frames wait to be sent again, in order. Take the immediate ones first. With `strike`, the
    /// messages in flight are the reason.
    pub(super) fn requeue(&mut self, strike: bool) {
        for entry in &mut self.entries {
            entry.strikes += u32::from(strike && entry.stage == Stage::UnderWay);
            // After a temporary rejection the socket is still there, and the server replies to the immediate ones.
            if entry.kind != Kind::Immediate {
                entry.stage = Stage::Waiting;
            }
        }
    }

    /// The server rejected this message temporarily, and has not stored it: it is sent again, and the later ones after
    /// it. Returns false for a message that is never sent again.
    pub(super) fn retry_later(&mut self, id: SendId) -> bool {
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) else { return false };
        entry.unanswered = false;
        let is_repeated = entry.kind != Kind::Immediate;
        if is_repeated {
            self.requeue(false);
        }
        is_repeated
    }

    /// Returns the largest message in flight.
    pub(super) fn largest_under_way(&self) -> Option<SendId> {
        let under_way = self.entries.iter().filter(|entry| entry.stage == Stage::UnderWay);
        under_way.max_by_key(|entry| entry.characters).map(|entry| entry.id)
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
    /// Requests, and messages and custom frames within the window: a server that acknowledges.
    Window,
    /// All frames: layer 0, or a server in doubt.
    Everything,
}
