//! Properties that hold for arbitrary frames and events in any order.

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
