//! What the page tells: the network, its visibility, the back/forward cache.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use web_sys::{Document, EventTarget};

use super::hub;
use crate::core::Event;

/// Listens for as long as the page lives. Where there is no page (a server, a test runner) there is nothing to hear.
pub(super) fn watch() {
    // Asked for by what it can do: a test runner's window is mostly no instance of its own `Window`.
    let global = js_sys::global();
    if !Reflect::has(&global, &"addEventListener".into()).unwrap_or(false) {
        return;
    }
    let window: EventTarget = global.unchecked_into();
    on(&window, "online", || hub::handle(Event::Online));
    on(&window, "offline", || hub::handle(Event::Offline));
    // pagehide rather than unload: a page with an unload handler never enters the back/forward cache.
    on(&window, "pagehide", || hub::handle(Event::PageHidden));
    on(&window, "pageshow", || hub::handle(Event::PageShown));
    let document = Reflect::get(&window, &"document".into()).unwrap_or_default();
    if document.is_object() {
        let document: Document = document.unchecked_into();
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
