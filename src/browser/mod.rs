//! The shell around the core: all code that uses the browser.
//!
//! | file | contents |
//! | --- | --- |
//! | `inbox.js` | the API of one inbox, and the effects that Rust requests |
//! | `commands.rs`, `imports.rs` | the calls from JavaScript and to it; `numbers.js` defines the numbers that they pass |
//! | `inbox.rs` | the thread-local state, and the loop that carries out effects |
//! | `incoming.js` | receives frames: `scan.js` reads the raw text, `messages.js` the parsed frame, `listeners.js` dispatches, `conversations.js` maps ids to slots |
//! | `control.js` | the control frames of layer 1, such as `hello` and `ack` |
//! | `adapted.js` | takes the place of `incoming.js` in the npm package's core for another wire: `pkg/build/variants.mjs` |
//! | `keepalive.js` | replies to the server's own ping |
//! | `outgoing.js` | the drafts of outgoing frames, and their promises |
//! | `connection.js` | the browser's WebSocket, its address, the public state, and the page's events |
//! | `alarm.rs`, `clock.rs` | time |
//! | `exports.rs` | the JavaScript API, callable from Rust |
//!
//! - Receiving a message: `incoming.js` ─▶ `command(RECEIVE)` judges by numbers ─▶ `listeners.js` ─▶
//!   `command(DELIVERED)` carries out effects
//! - Sending a message: `inbox.js` ─▶ `command(SEND)` ─▶ `through(TRANSMIT)` ─▶ `outgoing.js`
//! - Reconnecting: `command(CLOSED)` ─▶ the machine waits ─▶ `alarm.rs` ─▶ `effect(RESOLVE_ADDRESS)` ─▶
//!   `command(OPEN)` ─▶ `open()`

mod alarm;
pub(crate) mod clock;
pub(crate) mod commands;
pub mod exports;
pub(crate) mod imports;
pub(crate) mod inbox;
pub(crate) mod numbers;

#[cfg(feature = "npm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
