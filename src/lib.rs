//! One browser WebSocket for a whole chat inbox.
//!
//! Every conversation on a page shares one user-level connection, and each component hears only the
//! messages of its own conversation. This crate is the engine of the npm package `inbox-socket`; the
//! package's hand-written entries (`pkg/`) load it on the first subscription and hand every call to it.
//!
//! # The map of the house
//!
//! | where | what |
//! | --- | --- |
//! | [`core`] | what to do: a pure state machine. No browser, no clock, no randomness of its own |
//! | `browser` | doing it: the socket, the alarm, page events, JavaScript callbacks (wasm32 only) |
//! | `exports` | the JavaScript API, callable from Rust (wasm32 only) |
//! | `client` | the API for pages in Rust: what stands at the crate's root (wasm32 only, not in the npm package) |
//!
//! A browser event goes into the machine, effects come out, and the browser carries them out:
//!
//! ```text
//! browser event ──▶ Machine::handle(now, Event) ──▶ Effects ──▶ browser
//! ```
//!
//! A message takes a shorter way, because there may be thousands a second: JavaScript parses it, the
//! machine judges whether its turn has come (by numbers alone), and JavaScript calls the listeners with what it parsed.
//!
//! # From Rust
//!
//! A page in Leptos, Yew or plain wasm-bindgen has these at the crate's root, for `wasm32`: `listen`, `listen_all` and
//! `watch`, which end when their `Guard` is dropped; `send_message`, `send` and `request_messages`, whose futures tell how
//! it ended; `state`, `stats`, `retry`, `disconnect`; `set_user`, which says who is signed in; and `configure`, before
//! them all.
//!
//! ```no_run,standalone_crate
//! # #[cfg(all(target_arch = "wasm32", not(feature = "npm")))]
//! # async fn page() -> Result<(), inbox_socket::ConfigureError> {
//! use inbox_socket::{Frame, Options, SendResult};
//!
//! #[derive(serde::Deserialize)]
//! struct Message {
//!     sender_name: String,
//!     message: String,
//! }
//!
//! inbox_socket::configure(Options { url: "wss://example.com/ws/inbox/".into(), ..Options::default() })?;
//!
//! // Frames that do not deserialize are skipped.
//! let messages = inbox_socket::listen(2, |Message { sender_name, message }| show(&sender_name, &message));
//!
//! // Or everything that a conversation's listeners are told of.
//! let frames = inbox_socket::listen(2, |frame: Frame<Message>| match frame {
//!     Frame::Message(Message { sender_name, message }) => show(&sender_name, &message),
//!     Frame::History { messages, .. } => messages.iter().for_each(|it| show(&it.sender_name, &it.message)),
//!     Frame::Gap { .. } => reload(),
//!     Frame::Refusal { code, .. } => show("server", &code),
//! });
//!
//! if let SendResult::Failed { reason } = inbox_socket::send_message(2, "Hello").await {
//!     show("not sent", &reason);
//! }
//!
//! drop((messages, frames)); // The last one to leave closes the connection.
//! # fn show(_: &str, _: &str) {}
//! # fn reload() {}
//! # Ok(())
//! # }
//! ```
//!
//! `exports` is the same in JavaScript's values, for those who would rather have frames as they were parsed: to read them
//! into Rust's values costs more than their parse. To JavaScript the crate exports one function of numbers, for its
//! own use, and with the feature `npm` also `createInbox`, whose object has the API of `pkg/index.d.ts`. The npm package is
//! built so, and without this section's API.

pub mod core;

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
pub use browser::exports;

#[cfg(all(target_arch = "wasm32", not(feature = "npm")))]
mod client;
#[cfg(all(target_arch = "wasm32", not(feature = "npm")))]
pub use client::{
    ConfigureError, ConnectionError, Frame, Guard, Id, InexactId, Keepalive, Options, Protocol, SendResult,
    ServerPing, State, Stats, Url, configure, disconnect, listen, listen_all, request_messages, retry, send,
    send_message, send_typed_message, set_user, state, stats, watch,
};
