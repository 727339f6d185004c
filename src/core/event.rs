//! What can happen to the machine.

use super::{Millis, SocketId};

/// Something that happened in the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A socket's handshake succeeded.
    Opened {
        /// The socket it happened to.
        socket: SocketId,
    },
    /// A socket closed, or could not be opened at all.
    Closed {
        /// The socket it happened to.
        socket: SocketId,
        /// The close code, RFC 6455 section 7.4; 1006 where there was none.
        code: u16,
        /// The server's hint how far to spread the return: the span in its close reason, `retry_after=<ms>`.
        retry_after: Option<Millis>,
    },
    /// A message came out of its turn: [`Verdict::Drop`](super::Verdict::Drop) or [`Hold`](super::Verdict::Hold).
    OutOfTurn,
    /// A deadline may have come. Early and needless ones are harmless.
    Alarm,
    /// The browser says that the network is back.
    Online,
    /// The browser says that the network is gone: a reason to ask, no proof.
    Offline,
    /// The page has become visible: whoever looks at it wants it connected.
    Visible,
    /// The page goes away, perhaps into the back/forward cache, which an open socket would keep it out of.
    PageHidden,
    /// The page is back from the back/forward cache.
    PageShown,
    /// The user asks for a connection now.
    Retry,
    /// The application ends the connection, for example because the user has logged out.
    Disconnect,
    /// Another user has signed in: what was the other's ends, and a connection for this one begins.
    UserChanged,
}
