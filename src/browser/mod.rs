//! The thin shell around the core: everything that touches the browser.
//!
//! | where | what |
//! | --- | --- |
//! | `exports.rs` | the JavaScript API |
//! | `hub.rs` | the thread-local state, and the only loop that carries out effects |
//! | `socket.rs`, `address.rs` | the browser's WebSocket, and where it connects to |
//! | `alarm.rs`, `clock.rs`, `page.rs` | time, and what the page tells |
//! | `envelope.rs`, `envelope.js`, `outgoing.js` | values that stay in JavaScript: messages, callbacks, texts |
//! | `control.rs`, `control.js` | the frames of layer 1 that are not messages |

pub(crate) mod address;
mod alarm;
pub(crate) mod clock;
mod control;
mod envelope;
pub mod exports;
pub(crate) mod hub;
mod page;
mod socket;

#[cfg(feature = "npm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
