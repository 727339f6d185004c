//! What the machine asks to be done.

use super::{Outcome, SendId, SocketId};

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
    /// Tell whoever sent this frame how it ended, and forget its text.
    Settle {
        /// The frame.
        send: SendId,
        /// How it ended.
        outcome: Outcome,
    },
    /// The public status has changed: tell those who watch it.
    Announce,
}
