//! The API for pages written in Rust: wraps `browser` in closures, types and futures. Not part of the npm
//! package, because it would add to its size.
//!
//! | file | contents |
//! | --- | --- |
//! | `inbox.rs` | an inbox, whose methods the other files implement; the crate's functions are those of the page's inbox |
//! | `listen.rs` | subscriptions, which end when their [`Guard`] is dropped |
//! | `send.rs` | sending frames, and the results |
//! | `options.rs` | the options |
//! | `user.rs` | the signed-in user |
//! | `frame.rs`, `id.rs` | types of the wire protocol |

mod frame;
mod id;
mod inbox;
mod listen;
mod options;
mod send;
mod user;

pub use frame::Frame;
pub use id::{Id, InexactId};
pub use inbox::Inbox;
pub use listen::{Guard, listen, listen_all, watch};
pub use options::{ConfigureError, Keepalive, Options, Protocol, ServerPing, Url, configure};
pub use send::{
    SendOptions, SendResult, request_messages, send, send_message, send_message_with, send_typed_message,
};
pub use user::set_user;

pub use crate::browser::exports::{disconnect, retry};
pub use crate::core::{ConnectionError, Stats, Status as State};

/// Returns the current state of the connection.
pub fn state() -> State {
    Inbox::page().state()
}

/// Returns the current counters.
pub fn stats() -> Stats {
    Inbox::page().stats()
}
