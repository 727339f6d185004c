//! What developers are shown of the machine, beside its public status: see `pkg/lib/diagnosis`.

use super::Millis;

/// Where the connection is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nobody wants it.
    Idle,
    /// An attempt is under way.
    Connecting,
    /// It is open.
    Connected(Layer),
    /// The next attempt has its time.
    Waiting {
        /// How long until then.
        next_attempt_in: Millis,
    },
    /// There were too many attempts.
    GivenUp,
    /// It was closed with 1000, by whichever side.
    Ended,
    /// The server does not want this user.
    Refused,
}

/// What is known of the server on the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// `hello` was sent.
    Pending,
    /// It was not answered in time. The server may be slow, or not know it: what is sent is kept until one of the two
    /// is proved, and what comes is delivered as it comes.
    Doubtful,
    /// The seed's frames and nothing else.
    Plain,
    /// Acknowledgements, numbers, heartbeat.
    Assured,
}
