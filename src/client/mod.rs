//! The API for pages written in Rust: closures, types and futures around what `browser` does. Not part of the npm
//! package, which pays for every byte.
//!
//! | where | what |
//! | --- | --- |
//! | `listen.rs` | what is heard, until its [`Guard`] is dropped |
//! | `send.rs` | what is sent, and how that ended |
//! | `options.rs` | what may be set before first use |
//! | `user.rs` | who is signed in |
//! | `frame.rs`, `id.rs` | values of the wire |

mod frame;
mod id;
mod listen;
mod options;
mod send;
mod user;

pub use frame::Frame;
pub use id::{Id, InexactId};
pub use listen::{Guard, listen, listen_all, watch};
pub use options::{ConfigureError, Keepalive, Options, Protocol, ServerPing, Url, configure};
pub use send::{SendResult, request_messages, send, send_message, send_typed_message};
pub use user::set_user;

pub use crate::browser::exports::{disconnect, retry};
pub use crate::core::{ConnectionError, Stats, Status as State};

use crate::browser::{clock, exports, inbox};
use crate::core::Machine;

/// The connection's state now.
pub fn state() -> State {
    with(|machine| machine.status()).unwrap_or_default()
}

/// The counters now.
pub fn stats() -> Stats {
    let now = clock::now();
    with(|machine| machine.stats(now)).unwrap_or_default()
}

/// Borrows the default inbox's machine.
fn with<T>(f: impl FnOnce(&Machine) -> T) -> Option<T> {
    inbox::with(exports::default_number(), |inbox| f(&inbox.machine))
}
