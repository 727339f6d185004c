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
//! | `exports` | the JavaScript API, callable from Rust as well (wasm32 only) |
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
//! A page in Rust calls `exports` as JavaScript does, with `JsValue`s and functions. `examples/yew` in the repository is
//! such a page; its `inbox.rs` makes closures of the functions, and ends a subscription by `Drop`.

pub mod core;

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
pub use browser::exports;
