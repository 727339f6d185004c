//! What holds whatever happens, in whatever order.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod frames;
mod orders;
#[path = "../core/world/mod.rs"]
mod world;
