//! The core, in virtual time: each file tests the module of the same name in `src/core`, through the machine's
//! interface.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod connection;
mod gate;
mod inspection;
mod keeper;
mod outbox;
mod server;
mod session;
mod stats;
mod world;
