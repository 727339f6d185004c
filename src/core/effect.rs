//! What the machine asks the caller to do.

use super::{Gap, HeldId, Outcome, SendId, SocketId};

/// A task for the caller. Carry out effects in the order in which they are polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Resolve the address and open a socket under this id.
    Connect(SocketId),
    /// Detach this socket's handlers and close it with 1000, without waiting for its close event: Chrome may deliver it
    /// a minute late.
    Drop(SocketId),
    /// Hand this frame to the socket, then call [`Machine::transmitted`](super::Machine::transmitted). If the socket
    /// takes no more frames, report it closed instead.
    Transmit {
        /// The socket to use. If it is gone, do nothing: the frame stays queued.
        socket: SocketId,
        /// The frame.
        send: SendId,
    },
    /// Send `hello` through this socket, with [`Machine::cursors`](super::Machine::cursors).
    Hello(SocketId),
    /// Send `sync` through this socket, with [`Machine::sync_cursors`](super::Machine::sync_cursors).
    Sync {
        /// The socket to use.
        socket: SocketId,
        /// The request's `id`, which the reply repeats.
        id: u32,
        /// The maximum size of the reply to request, in bytes.
        bytes: u32,
    },
    /// Send the application's keepalive frame.
    Keepalive(SocketId),
    /// Send `ping` through this socket.
    Ping {
        /// The socket to use.
        socket: SocketId,
        /// The request's `id`, which the `pong` repeats.
        id: u32,
    },
    /// Call the listeners of a held message, and forget it.
    Deliver(HeldId),
    /// Forget a held message: it was delivered by a `sync`, or the user has changed.
    Forget(HeldId),
    /// Report a gap to the listeners of its conversation.
    Gap(Gap),
    /// Report this frame's outcome to its sender, and forget its text.
    Settle {
        /// The frame.
        send: SendId,
        /// How it ended.
        outcome: Outcome,
    },
    /// All cursors were forgotten: forget the conversations without listeners.
    ForgetConversations,
    /// The public status has changed: notify its watchers.
    Announce,
}
