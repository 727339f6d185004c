//! The API for pages written in Rust: wraps `browser` in closures, types and futures. Not part of the npm
//! package, because it would add to its size.
//!
//! | file | contents |
//! | --- | --- |
//! | `listen.rs` | subscriptions, which end when their [`Guard`] is dropped |
//! | `send.rs` | sending frames, and the results |
//! | `options.rs` | the options |
//! | `user.rs` | the signed-in user |
//! | `frame.rs`, `id.rs` | types of the wire protocol |

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

/// Returns the current state of the connection.
pub fn state() -> State {
    with(|machine| machine.status()).unwrap_or_default()
}

/// Returns the current counters.
pub fn stats() -> Stats {
    let now = clock::now();
    with(|machine| machine.stats(now)).unwrap_or_default()
}

/// Borrows the default inbox's machine.
fn with<T>(f: impl FnOnce(&Machine) -> T) -> Option<T> {
    inbox::with(exports::default_number(), |inbox| f(&inbox.machine))
}
