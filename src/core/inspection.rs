//! The machine's state for developers, in more detail than the public status: see `pkg/lib/diagnosis`.

use super::Millis;

/// The phase of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The connection is not wanted.
    Idle,
    /// An attempt is in progress.
    Connecting,
    /// The connection is open.
    Connected(Layer),
    /// The backoff before the next attempt.
    Waiting {
        /// The remaining time.
        next_attempt_in: Millis,
    },
    /// All attempts failed.
    GivenUp,
    /// The server closed it with 1000, or the page called `disconnect()`.
    Ended,
    /// The server refuses this user: 4401 twice, or 4403.
    Refused,
}

/// The layer that the server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Unknown: `hello` was sent.
    Pending,
    /// In doubt: the server did not reply to `hello` in time. It may be slow, or may not know `hello`. Until one of the
    /// two is proved, sent messages are kept.
    Doubtful,
    /// Layer 0: messages without acknowledgements.
    Plain,
    /// Layer 1: acknowledgements, `seq`, heartbeat.
    Assured,
}
