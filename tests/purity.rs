//! Limits on the sources: the core uses no browser, clock or random source, and no code formats text.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

#[test]
fn the_core_uses_no_browser_no_clock_and_no_random_source() {
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
            assert!(!code.contains(word), "{path} must not use `{word}`");
        }
    }
}

/// The package's build removes the code that formats text (`pkg/build/shrink.mjs`), so only panics may use it.
#[test]
fn nothing_formats_text() {
    let forbidden =
        ["format!", "write!", ".to_string()", "println!", "console::log", "impl fmt::", "impl Display"];
    for (path, code) in sources("src/core").into_iter().chain(sources("src/browser")) {
        let shipped = code.split("#[cfg(test)]").next().unwrap();
        for word in forbidden {
            assert!(!shipped.contains(word), "{path} must not use `{word}`");
        }
    }
}

/// `wasm-bindgen-test-runner` may fail to serve more of them at once; see `install` in `tests/scripted`. Firefox opens
/// connections ahead of need, so webdriver.json limits it to three.
#[test]
fn a_test_page_has_no_more_than_four_modules_to_load_at_once() {
    let mut imports = imports_of("src/browser", "js");
    // Only a variant of the npm package's core has it, in the place of incoming.js.
    imports.remove("adapted");
    let mut seen = BTreeSet::from(["inbox".to_owned()]);
    let mut found = seen.clone();
    while !found.is_empty() {
        assert!(found.len() <= 4, "{found:?} load at once");
        let next = found.iter().flat_map(|file| &imports[file]).cloned();
        found = next.collect::<BTreeSet<_>>().difference(&seen).cloned().collect();
        seen.extend(found.iter().cloned());
    }
    assert_eq!(seen, imports.into_keys().collect(), "inbox.js imports all of them");
}

#[test]
fn no_files_of_the_shell_import_each_other_in_a_cycle() {
    for extension in ["js", "rs"] {
        let mut imports = imports_of("src/browser", extension);
        imports.remove("mod");
        // Files without remaining imports can be removed; those in a cycle cannot.
        while let Some(leaf) = imports.keys().find(|file| imports[*file].is_empty()).cloned() {
            imports.remove(&leaf);
            imports.values_mut().for_each(|of| of.retain(|file| *file != leaf));
        }
        assert!(imports.is_empty(), "{imports:?}");
    }
}

/// The imports within a folder: for each file, the files that it imports, named without extension.
fn imports_of(folder: &str, extension: &str) -> BTreeMap<String, BTreeSet<String>> {
    let files = files(folder, extension);
    let name = |path: &str| Path::new(path).file_stem().unwrap().to_str().unwrap().to_owned();
    let names: BTreeSet<String> = files.iter().map(|(path, _)| name(path)).collect();
    let named = |code: &str, of: &str| match extension {
        "js" => code.contains(&format!("from \"./{of}.js\"")),
        _ => code.split("super::").skip(1).any(|rest| {
            // `super::{a, b::c}` names several.
            let end = if rest.starts_with('{') { "}" } else { ";" };
            let listed = rest.split(end).next().unwrap();
            listed.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == of)
        }),
    };
    let of =
        |code: &str, own: &str| names.iter().filter(|of| *of != own && named(code, of)).cloned().collect();
    files.iter().map(|(path, code)| (name(path), of(code, &name(path)))).collect()
}

fn sources(folder: &str) -> Vec<(String, String)> {
    let sources = files(folder, "rs");
    assert!(sources.len() > 5, "the sources must be found");
    sources
}

fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let wanted = paths.filter(|path| path.extension().is_some_and(|of| of == extension));
    wanted.map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap())).collect()
}
