//! The core stays pure: it names no browser, no clock and no random source.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

#[test]
fn the_core_names_no_browser_no_clock_and_no_random_source() {
    let forbidden = [
        "web_sys",
        "js_sys",
        "wasm_bindgen",
        "gloo",
        "std::time",
        "Instant",
        "SystemTime",
        "rand::",
        "getrandom",
        "std::thread",
        "std::net",
        "std::fs",
        "std::env",
    ];
    let mut read = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/core")).unwrap() {
        let path = entry.unwrap().path();
        let code = fs::read_to_string(&path).unwrap();
        for word in forbidden {
            assert!(!code.contains(word), "{} names {word}", path.display());
        }
        read += 1;
    }
    assert!(read > 10, "the core was found");
}
