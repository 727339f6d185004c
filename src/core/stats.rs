//! The counters that `stats()` returns.

use super::Millis;

/// Counts since the page was loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Attempts to open a socket, successful or not.
    pub attempts: u32,
    /// Sockets that opened.
    pub handshakes: u32,
    /// Attempts made after the first one had failed or a connection was lost.
    pub reconnections: u32,
    /// Frames received, dropped ones included.
    pub frames_in: u32,
    /// Frames that a socket took.
    pub frames_out: u32,
    /// Characters received, in UTF-16 code units as `String.length` counts them: the bytes on the wire for
    /// ASCII text. Counting UTF-8 would cost a third of the parse.
    pub characters_in: u64,
    /// Characters sent, in UTF-16 code units.
    pub characters_out: u64,
    /// Frames parsed: each once, for all its listeners.
    pub frames_parsed: u32,
    /// Listener invocations.
    pub frames_delivered: u32,
    /// Unusable frames.
    pub frames_dropped: u32,
    /// Repeated messages, which were dropped.
    pub duplicates: u32,
    /// Missed messages that a `sync` fetched.
    pub recovered: u32,
    /// Gaps: missing messages that the server's history no longer has.
    pub gaps: u32,
    /// Pings sent.
    pub pings: u32,
    /// The present connection speaks layer 1.
    pub assured: bool,
    /// Listeners now.
    pub listeners: u32,
    /// Frames waiting to be sent now.
    pub queued: u32,
    /// The total time connected, in ms, including the present connection.
    pub connected_ms: Millis,
}

impl Stats {
    /// Returns all counters in the order of the fields; a flag as 0 or 1.
    pub fn list(&self) -> [f64; 18] {
        [
            self.attempts.into(),
            self.handshakes.into(),
            self.reconnections.into(),
            self.frames_in.into(),
            self.frames_out.into(),
            self.characters_in as f64,
            self.characters_out as f64,
            self.frames_parsed.into(),
            self.frames_delivered.into(),
            self.frames_dropped.into(),
            self.duplicates.into(),
            self.recovered.into(),
            self.gaps.into(),
            self.pings.into(),
            u8::from(self.assured).into(),
            self.listeners.into(),
            self.queued.into(),
            self.connected_ms as f64,
        ]
    }
}

/// Why a received frame was not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropReason {
    /// It was not text.
    Unreadable,
    /// It was longer than the limit, and was not parsed.
    TooLong,
    /// The same, and it was the reply to a `sync`.
    SyncTooLong,
    /// It was not JSON, or JSON that is not an object.
    NotAnObject,
}
