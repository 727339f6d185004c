//! The browser's monotonic clock and its random source.

use wasm_bindgen::prelude::*;

use crate::core::Millis;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// Milliseconds since the page was loaded; never runs backwards.
pub(crate) fn now() -> Millis {
    performance_now() as Millis
}

/// A seed for the machine's jitter. It must differ between pages, but need not be secret.
pub(super) fn seed() -> u64 {
    js_sys::Math::random().to_bits()
}
