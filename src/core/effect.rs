//! What the machine asks to be done.

use super::{Gap, HeldId, Outcome, SendId, SocketId};

/// Something for the caller to carry out, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask for the address and open a socket under this id.
    Connect(SocketId),
    /// Detach this socket's handlers and close it with 1000. Its own close event is not waited for: Chrome
    /// may deliver it a minute late.
    Drop(SocketId),
    /// Hand this frame to the socket, then report with [`Machine::transmitted`](super::Machine::transmitted),
    /// or report the socket closed if it takes no more.
    Transmit {
        /// The socket to use; a frame for any other one stays queued.
        socket: SocketId,
        /// The frame.
        send: SendId,
    },
    /// Say `hello` through this socket, with [`Machine::cursors`](super::Machine::cursors).
    Hello(SocketId),
    /// Ask through this socket what came after [`Machine::sync_cursors`](super::Machine::sync_cursors).
    Sync {
        /// The socket to use.
        socket: SocketId,
        /// Names the question, for its answer.
        id: u32,
        /// The size of the answer to ask for, in bytes.
        bytes: u32,
    },
    /// Send the application's own frame that keeps the connection alive.
    Keepalive(SocketId),
    /// Ping the server through this socket.
    Ping {
        /// The socket to use.
        socket: SocketId,
        /// Names the question.
        id: u32,
    },
    /// Call the listeners of a message that was held, and forget it.
    Deliver(HeldId),
    /// Forget a message that was held: it has been heard.
    Forget(HeldId),
    /// Tell the listeners of a conversation that messages are missing.
    Gap(Gap),
    /// Tell whoever sent this frame how it ended, and forget its text.
    Settle {
        /// The frame.
        send: SendId,
        /// How it ended.
        outcome: Outcome,
    },
    /// Nothing is counted any more: forget the conversations without listeners.
    ForgetConversations,
    /// The public status has changed: tell those who watch it.
    Announce,
}
