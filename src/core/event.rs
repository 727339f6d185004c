//! The events that the machine handles.

use super::{Millis, SocketId};

/// An event of a socket, the alarm, the page or the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A socket's handshake succeeded.
    Opened {
        /// The socket it happened to.
        socket: SocketId,
    },
    /// A socket closed, or could not be opened.
    Closed {
        /// The socket it happened to.
        socket: SocketId,
        /// The close code, RFC 6455 section 7.4; 1006 if there was none.
        code: u16,
        /// The span over which the server asks clients to spread their return: `retry_after=<ms>` in the close reason.
        retry_after: Option<Millis>,
    },
    /// A message was out of order: [`Verdict::Drop`](super::Verdict::Drop) or [`Hold`](super::Verdict::Hold).
    OutOfTurn,
    /// A deadline may have passed. Early and needless alarms are harmless.
    Alarm,
    /// The browser reports that the network is back.
    Online,
    /// The browser reports that the network is gone: a reason to ping, not proof.
    Offline,
    /// The page has become visible, so it should connect.
    Visible,
    /// The page is hidden, perhaps in the back/forward cache, which an open socket would prevent.
    PageHidden,
    /// The page is back from the back/forward cache.
    PageShown,
    /// The user asks to connect now.
    Retry,
    /// The application ends the connection, for example because the user has logged out.
    Disconnect,
    /// Another user has signed in: the previous user's connection and queue end, and a new connection begins.
    UserChanged,
}
