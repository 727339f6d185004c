//! The texts that people read when something is wrong.

/// Why there is no connection. The first three texts match the hook that this package replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionError {
    /// It was open and was lost; attempts go on.
    Lost,
    /// It has never opened; attempts go on.
    Unreachable,
    /// All attempts failed.
    GaveUp,
    /// The server does not know who is asking, even with a fresh address.
    SessionExpired,
    /// The server knows who is asking and refuses.
    Forbidden,
}

impl ConnectionError {
    /// The text for the banner.
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

/// Why a frame was not accepted, or was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// As many frames wait as `queueLimit` allows.
    QueueFull,
    /// The server closed the connection with 1009 while this was the largest frame under way.
    TooLarge,
    /// `disconnect()` was called while the frame waited.
    Disconnected,
    /// Another user signed in while the frame waited.
    UserChanged,
    /// Either happened after a socket had taken the frame and before the server answered it.
    Unanswered,
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
        }
    }
}
