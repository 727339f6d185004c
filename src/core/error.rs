//! Error texts for users and developers.

/// Why there is no connection. The first three texts match the hook that this package replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionError {
    /// The connection was lost; the client retries.
    Lost,
    /// The connection has not opened yet; the client retries.
    Unreachable,
    /// All attempts failed.
    GaveUp,
    /// The server does not accept the user's session, even with a fresh address.
    SessionExpired,
    /// The server does not allow this user to connect.
    Forbidden,
}

impl ConnectionError {
    /// The text to show to users.
    pub fn text(self) -> &'static str {
        match self {
            Self::Lost => "Connection lost - reconnecting in background...",
            Self::Unreachable => "Connection error - retrying in background...",
            Self::GaveUp => "Unable to connect. Please check your connection and refresh.",
            Self::SessionExpired => "Your session has expired. Please sign in again.",
            Self::Forbidden => "This connection is not allowed. Please contact support.",
        }
    }
}

/// Why a frame was not accepted, or failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The queue has reached `queueLimit`, or its limit of characters.
    QueueFull,
    /// The server closed the connection with 1009, and this was the largest frame in flight.
    TooLarge,
    /// `disconnect()` was called while the frame waited.
    Disconnected,
    /// Another user signed in while the frame waited.
    UserChanged,
    /// Either of the two happened after a socket had taken the frame and before the server replied. Or the connection was
    /// lost then, and the message must not be sent again.
    Unanswered,
    /// Three connections were given up because the server did not acknowledge the message: only with the option `acks`.
    Unacknowledged,
    /// A message that must not wait could not be sent at once.
    NotConnected,
}

impl SendError {
    /// The text for `{status: "failed", reason}`.
    pub fn text(self) -> &'static str {
        match self {
            Self::QueueFull => "the queue is full: too many frames are waiting to be sent",
            Self::TooLarge => "the frame is too large for the server, which closed the connection with 1009",
            Self::Disconnected => "disconnect() was called before the frame was sent",
            Self::UserChanged => "another user signed in before the frame was sent",
            Self::Unanswered => {
                "the connection ended before the server answered: the message may have been delivered"
            }
            Self::Unacknowledged => {
                "the server did not answer on three connections: the message may have been delivered"
            }
            Self::NotConnected => "no connection was ready for the message, and it was not queued",
        }
    }
}
