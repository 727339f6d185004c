//! The thin shell around the core: everything that touches the browser.
//!
//! | where | what |
//! | --- | --- |
//! | `inbox.js` | the API of one inbox, and what Rust asks for, carried out |
//! | `commands.rs`, `imports.rs` | the two ways across the boundary, in and out; `numbers.js` has the numbers that cross it |
//! | `inbox.rs` | the thread-local state, and the only loop that carries out effects |
//! | `incoming.js` | a received message: `scan.js` reads its text, `messages.js` the parsed frame, `listeners.js` dispatches, `conversations.js` knows ids |
//! | `control.js` | the frames of layer 1 that are not messages |
//! | `outgoing.js` | frames on their way out |
//! | `connection.js` | the browser's WebSocket, its public state, where to connect to, and what the page tells |
//! | `alarm.rs`, `clock.rs` | time |
//! | `exports.rs` | the API in JavaScript's values, for Rust |
//!
//! A message received: `incoming.js` ─▶ `command(RECEIVE)` judges by numbers ─▶ `listeners.js` ─▶ `command(DELIVERED)`, after
//! which effects are carried out. A message sent: `inbox.js` ─▶ `command(SEND)` ─▶ `through(TRANSMIT)` ─▶ `outgoing.js`.
//! A connection lost: `command(CLOSED)` ─▶ the machine waits ─▶ `alarm.rs` ─▶ `effect(ASK_ADDRESS)` ─▶ `command(OPEN)` ─▶
//! `open()`.

mod alarm;
pub(crate) mod clock;
pub(crate) mod commands;
pub mod exports;
mod imports;
pub(crate) mod inbox;
pub(crate) mod numbers;

#[cfg(feature = "npm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
