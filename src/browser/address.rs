//! Where to connect to: the `url` option, asked before every attempt.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{envelope, hub};
use crate::core::SocketId;

/// The seed's address, on the page's own origin.
const DEFAULT_URL: &str = "/ws/inbox/";

/// The `url` option and whether its function is being waited for.
#[derive(Default)]
pub(crate) struct Address {
    /// A string, a function, or undefined for the default.
    url: JsValue,
    /// A promise of the function's is pending. A further attempt waits for the same one: a function that
    /// fetches a token is never called twice at once.
    asking: bool,
}

impl Address {
    pub(crate) fn new(url: JsValue) -> Self {
        Self { url, asking: false }
    }
}

/// Finds the address and opens the socket, now if the address is at hand, else when it is. What cannot be
/// had is reported, and counts as a failed attempt.
pub(super) fn ask(socket: SocketId) {
    let Some(url) = hub::with(|hub| (!hub.address.asking).then(|| hub.address.url.clone())) else {
        return;
    };
    let answer = match url.dyn_ref::<Function>() {
        Some(function) => function.call0(&JsValue::UNDEFINED),
        None => Ok(url),
    };
    match answer.map(JsCast::dyn_into::<Promise>) {
        Ok(Ok(promise)) => wait_for(promise),
        Ok(Err(url)) => open(socket, Ok(url)),
        Err(error) => open(socket, Err(error)),
    }
}

fn wait_for(promise: Promise) {
    hub::with(|hub| hub.address.asking = true);
    spawn_local(async move {
        let url = JsFuture::from(promise).await;
        let wanted = hub::with(|hub| {
            hub.address.asking = false;
            hub.expected
        });
        // Nobody may want it any more; or a later attempt than the one that asked.
        if let Some(socket) = wanted {
            open(socket, url);
        }
    });
}

fn open(socket: SocketId, url: Result<JsValue, JsValue>) {
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
