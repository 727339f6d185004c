//! What the page tells: the network, its visibility, the back/forward cache.

use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

use super::hub;
use crate::core::Event;

/// Listens for as long as the page lives. Outside a page (a worker, a test runner) there is nothing to hear.
pub(super) fn watch() {
    let Some(window) = web_sys::window() else {
        return;
    };
    on(&window, "online", || hub::handle(Event::Online));
    on(&window, "offline", || hub::handle(Event::Offline));
    // pagehide rather than unload: a page with an unload handler never enters the back/forward cache.
    on(&window, "pagehide", || hub::handle(Event::PageHidden));
    on(&window, "pageshow", || hub::handle(Event::PageShown));
    if let Some(document) = window.document() {
        let page = document.clone();
        on(&document, "visibilitychange", move || {
            if !page.hidden() {
                hub::handle(Event::Visible);
            }
        });
    }
}

fn on(target: &EventTarget, name: &str, handler: impl Fn() + 'static) {
    let handler = Closure::<dyn Fn()>::new(handler).into_js_value();
    // Adding a listener fails for no argument that can be given here.
    let _ = target.add_event_listener_with_callback(name, handler.unchecked_ref());
}
