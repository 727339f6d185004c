//! What the sources may not name: the core no browser, clock or random source, and nothing what formats text.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
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
    for (path, code) in sources("src/core") {
        for word in forbidden {
            assert!(!code.contains(word), "{path} names {word}");
        }
    }
}

/// The package's build takes out whatever formats text (`pkg/build/shrink.mjs`), so nothing that is not about to panic
/// may do so.
#[test]
fn nothing_formats_text() {
    let forbidden =
        ["format!", "write!", ".to_string()", "println!", "console::log", "impl fmt::", "impl Display"];
    for (path, code) in sources("src/core").into_iter().chain(sources("src/browser")) {
        let shipped = code.split("#[cfg(test)]").next().unwrap();
        for word in forbidden {
            assert!(!shipped.contains(word), "{path} has {word}");
        }
    }
}

/// More of them at once are more than `wasm-bindgen-test-runner` serves for certain; see `install` in `tests/scripted`.
#[test]
fn a_test_page_has_no_more_than_four_modules_to_load_at_once() {
    let folders = ["src/browser", "src/client", "tests", "tests/scripted"];
    let shell = folders.into_iter().flat_map(rust_files);
    let modules: BTreeSet<String> = shell
        .flat_map(|(_, code)| {
            let named = code.split("wasm_bindgen(module = \"").skip(1);
            named.map(|rest| rest.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    assert!((1..=4).contains(&modules.len()), "{modules:?}");
}

fn sources(folder: &str) -> Vec<(String, String)> {
    let sources = rust_files(folder);
    assert!(sources.len() > 5, "the sources were found");
    sources
}

fn rust_files(folder: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let rust = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    rust.map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap())).collect()
}
