//! Where to connect to: the `url` option, asked before every attempt.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{envelope, hub};
use crate::core::SocketId;

/// The seed's address, on the page's own origin.
const DEFAULT_URL: &str = "/ws/inbox/";

/// The `url` option: a string, a function, or undefined for the default.
#[derive(Default)]
pub(crate) struct Address(JsValue);

impl Address {
    pub(crate) fn new(url: JsValue) -> Self {
        Self(url)
    }
}

/// Finds the address and opens the socket, now if the address is at hand, else when it is. Each attempt asks anew: an
/// answer that never comes holds up one attempt and no other. What cannot be had is reported, and counts as a failed
/// attempt.
pub(super) fn ask(socket: SocketId) {
    let url = hub::with(|hub| hub.shell.address.0.clone());
    let answer = match url.dyn_ref::<Function>() {
        Some(function) => function.call0(&JsValue::UNDEFINED),
        None => Ok(url),
    };
    match answer {
        Ok(answer) if is_thenable(&answer) => {
            spawn_local(async move {
                // An application may have replaced the class of its promises: only `then` tells one.
                let url = JsFuture::from(Promise::resolve(&answer)).await;
                open(socket, url);
            });
        }
        answer => open(socket, answer),
    }
}

fn is_thenable(answer: &JsValue) -> bool {
    answer.is_object() && Reflect::get(answer, &"then".into()).is_ok_and(|then| then.is_function())
}

fn open(socket: SocketId, url: Result<JsValue, JsValue>) {
    // The answer to an attempt that is over is of no interest, and neither is its failure.
    if hub::with(|hub| hub.expected != Some(socket)) {
        return;
    }
    let absolute = url.and_then(|url| {
        let url = if url.is_undefined() || url.is_null() { DEFAULT_URL.into() } else { url };
        websocket_url(&url)
    });
    match absolute {
        Ok(url) => hub::open(socket, &url),
        Err(error) => {
            envelope::report(&error);
            hub::failed(socket);
        }
    }
}

#[wasm_bindgen(module = "/src/browser/address.js")]
extern "C" {
    #[wasm_bindgen(js_name = webSocketUrl, catch)]
    pub(crate) fn websocket_url(url: &JsValue) -> Result<String, JsValue>;
}
