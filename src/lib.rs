//! One browser WebSocket for a whole chat inbox.
//!
//! All conversations of a page share one connection, and each component receives only the messages of its own
//! conversation. This crate is the engine of the npm package `inbox-socket`: the package's entries in `pkg/` load it on
//! the first subscription and pass every call to it.
//!
//! # Architecture
//!
//! | module | contents |
//! | --- | --- |
//! | [`core`] | the decisions: a pure state machine without browser, clock or random source |
//! | `browser` | the effects: the socket, the alarm, page events, JavaScript callbacks (wasm32 only) |
//! | `exports` | the JavaScript API, callable from Rust (wasm32 only) |
//! | `kept` | [`core::keeper`] for the npm package, as a separate wasm (wasm32 only, feature `keeper`) |
//! | [`tabs`] | one connection for all tabs of a browser: election, relay and hub, as pure as the core |
//! | `sharing` | [`tabs`] for the npm package, as calls with numbers (wasm32 only, feature `sharing`) |
//! | `client` | the API for pages in Rust, at the crate's root (wasm32 only, not in the npm package) |
//!
//! The browser passes each event to the machine, and carries out the effects that the machine returns:
//!
//! ```text
//! browser event ──▶ Machine::handle(now, Event) ──▶ Effects ──▶ browser
//! ```
//!
//! Messages take a shorter path, because thousands may arrive each second: JavaScript parses a message, the machine
//! decides from its slot and `seq` alone whether it is next, and JavaScript calls the listeners with the parsed frame.
//!
//! # Glossary
//!
//! `PROTOCOL.md` defines the terms of the wire protocol in full.
//!
//! | term | meaning |
//! | --- | --- |
//! | conversation | a chat, identified by a number or a string |
//! | slot | a conversation id as a small integer, so that no string passes through Rust |
//! | listener | a callback for the frames of one conversation, or of all |
//! | frame | one JSON object on the wire; a *message* is a frame without `action` |
//! | plain, layer 0 | a plain chat without guarantees |
//! | assured, layer 1 | acknowledged delivery: the server stores, and each page receives, a message once and in order |
//! | `seq` | the number of a message within its conversation: 1, 2, 3 … |
//! | head | the highest `seq` of a conversation on the server |
//! | cursor | the `seq` up to which this page has received every message of a conversation |
//! | floor | the `seq` after which the server's remaining history of a conversation begins |
//! | gap | messages that the page has missed and the server no longer has |
//! | gate | judges each received message: deliver, drop or hold |
//! | hold | to keep a message that arrived early until the ones before it have been delivered |
//! | sync | a request for the messages after some cursors |
//! | digest | the sum of the heads in a `pong`; if it differs from the cursors' sum, the page has missed a message |
//! | outbox | the queue of outgoing frames, from acceptance until each is settled |
//! | keeper | the queue in front of the outbox on a page with `persist`: a message passes when its record is in the storage |
//! | record | what the browser's storage has of a message |
//! | settle | to report how an outgoing frame ended: delivered, sent, rejected or failed |
//! | window | the messages that may be unacknowledged at once; the others wait in the outbox |
//! | linger | how long the connection stays open after the last listener unsubscribes |
//! | nudge | a request to connect now: by the page (visible or online), a message, a first listener or `retry()` |
//! | session | the state of one open connection: its layer, and its pending requests |
//!
//! # From Rust
//!
//! A page in Leptos, Yew or plain wasm-bindgen uses these functions of the crate's root, on `wasm32` only:
//!
//! - `configure` sets the options. Call it first.
//! - `listen`, `listen_all` and `watch` subscribe, and return a `Guard`; dropping it unsubscribes.
//! - `send_message`, `send` and `request_messages` return futures of the result. `send_message_with` takes options, for
//!   example to send now or not at all.
//! - `set_user` sets the signed-in user; `state`, `stats`, `retry` and `disconnect` act on the connection.
//!
//! ```no_run,standalone_crate
//! # #[cfg(all(target_arch = "wasm32", not(feature = "npm")))]
//! # async fn page() -> Result<(), inbox_socket::ConfigureError> {
//! use inbox_socket::{Frame, Inbox, Options, SendResult};
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
//! // Or every frame that a conversation's listeners receive.
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
//! drop((messages, frames)); // Dropping the last guard closes the connection after the linger.
//!
//! // A second connection, with the same functions as methods.
//! let support = Inbox::new(Options { url: "wss://example.com/ws/support/".into(), ..Options::default() })?;
//! let answers = support.listen("team", |Message { sender_name, message }| show(&sender_name, &message));
//! # fn show(_: &str, _: &str) {}
//! # fn reload() {}
//! # Ok(())
//! # }
//! ```
//!
//! The crate speaks the wire of PROTOCOL.md only, and keeps nothing beyond the page's end: adapters for other wires, a
//! socket for each conversation, and messages that survive the page are options of the npm package.
//!
//! `exports` has the same API with JavaScript values. It passes on each parsed frame, because deserializing it into
//! Rust values costs more than parsing it. The crate exports two functions to JavaScript: an internal one that takes
//! only numbers and, with the feature `npm`, `createInbox`, which returns an object with the API of `pkg/index.d.ts`;
//! with the feature `sharing` also `callTab`, for the tabs that share a connection.
//! The npm package is built with that feature, and without the API of this section; for pages with another wire, also
//! without the default feature `layer-1`.

#[cfg(all(target_arch = "wasm32", not(feature = "npm"), not(feature = "layer-1"), not(feature = "keeper")))]
compile_error!("the feature `layer-1` must be on without the feature `npm`");

pub mod core;
pub mod tabs;

#[cfg(all(target_arch = "wasm32", not(feature = "keeper")))]
mod browser;
#[cfg(all(target_arch = "wasm32", not(feature = "keeper")))]
pub use browser::exports;

#[cfg(all(target_arch = "wasm32", feature = "keeper"))]
mod kept;

#[cfg(all(target_arch = "wasm32", feature = "sharing"))]
mod sharing;

#[cfg(all(target_arch = "wasm32", not(feature = "npm"), not(feature = "keeper")))]
mod client;
#[cfg(all(target_arch = "wasm32", not(feature = "npm"), not(feature = "keeper")))]
pub use client::{
    ConfigureError, ConnectionError, Frame, Guard, Id, Inbox, InexactId, Keepalive, Options, Protocol,
    SendOptions, SendResult, ServerPing, State, Stats, Url, configure, disconnect, listen, listen_all,
    request_messages, retry, send, send_message, send_message_with, send_typed_message, set_user, state,
    stats, watch,
};
