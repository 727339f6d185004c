//! The calls from Rust to the JavaScript files in this folder.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use web_sys::WebSocket;

use crate::core::{SendId, SocketId};

#[wasm_bindgen(module = "/src/browser/inbox.js")]
extern "C" {
    /// The inbox on the JavaScript side: the API.
    #[derive(Clone)]
    pub(crate) type Inbox;

    /// `number` is the inbox's index in the table of inbox.rs.
    #[wasm_bindgen(constructor)]
    pub(super) fn new(number: u32, command: &JsValue) -> Inbox;
    #[wasm_bindgen(method, js_name = useWebSocket)]
    pub(crate) fn use_web_socket(
        this: &Inbox,
        conversation_id: &JsValue,
        on_message: &Function,
    ) -> Subscription;
    #[wasm_bindgen(method)]
    pub(crate) fn subscribe(this: &Inbox, conversation_id: &JsValue, listener: &Function) -> Function;
    #[wasm_bindgen(method, js_name = sendMessage)]
    pub(crate) fn send_message(
        this: &Inbox,
        conversation_id: &JsValue,
        message: &JsValue,
        kind: &JsValue,
        options: &JsValue,
    ) -> Promise;
    #[wasm_bindgen(method, js_name = requestMessages)]
    pub(crate) fn request_messages(this: &Inbox, conversation_id: &JsValue) -> Promise;
    #[wasm_bindgen(method)]
    pub(crate) fn send(this: &Inbox, frame: &JsValue) -> Promise;
    #[wasm_bindgen(method)]
    pub(crate) fn retry(this: &Inbox);
    #[wasm_bindgen(method)]
    pub(crate) fn disconnect(this: &Inbox);
    #[wasm_bindgen(method, js_name = changeUser)]
    pub(crate) fn change_user(this: &Inbox);
    #[wasm_bindgen(method, js_name = getState)]
    pub(crate) fn get_state(this: &Inbox) -> JsValue;
    #[wasm_bindgen(method, js_name = subscribeState)]
    pub(crate) fn subscribe_state(this: &Inbox, listener: &Function) -> Function;
    #[wasm_bindgen(method, js_name = getStats)]
    pub(crate) fn get_stats(this: &Inbox) -> JsValue;
    #[wasm_bindgen(method)]
    pub(crate) fn configure(this: &Inbox, options: &JsValue);
    /// # Errors
    ///
    /// If `url` is not a valid address.
    #[wasm_bindgen(method, js_name = webSocketUrl, catch)]
    pub(crate) fn web_socket_url(this: &Inbox, url: &JsValue) -> Result<String, JsValue>;
    #[wasm_bindgen(method, getter, js_name = isUsed)]
    pub(crate) fn is_used(this: &Inbox) -> bool;
    #[wasm_bindgen(method)]
    pub(crate) fn dispose(this: &Inbox);

    /// One component's subscription, as returned by `useWebSocket`.
    pub type Subscription;

    /// The last message that this subscription received, `null` if there is none.
    #[wasm_bindgen(method, getter, js_name = lastMessage)]
    pub fn last_message(this: &Subscription) -> JsValue;
    /// Ends the subscription. A second call does nothing.
    #[wasm_bindgen(method)]
    pub fn release(this: &Subscription);

    /// Carries out an effect; returns the number of listeners called, or 0 if the effect calls none.
    pub(super) fn effect(inbox: u32, what: i32, a: f64, b: f64, c: f64) -> f64;
    /// Carries out an effect on a WebSocket. `TRANSMIT` returns the characters sent, or -1 if the socket
    /// takes no more frames.
    pub(super) fn through(inbox: u32, socket: &WebSocket, what: i32, a: f64, b: f64) -> f64;
    /// Opens a WebSocket to the resolved address; `None` if the browser rejects the address.
    pub(super) fn open(inbox: u32, socket: SocketId) -> Option<WebSocket>;
    /// Fails the frame that `SEND` has just passed.
    pub(super) fn refuse(inbox: u32, reason: &str);
    pub(super) fn settle(inbox: u32, send: SendId, outcome: i32, reason: &str);
    /// `error` is empty if there is no error.
    #[wasm_bindgen(js_name = showState)]
    pub(super) fn show_state(inbox: u32, is_connected: bool, is_connecting: bool, attempts: u32, error: &str);
}

/// Names the files for wasm-bindgen to copy; it does not copy the files that these import.
///
/// `wasm-bindgen-test-runner` reliably serves only four connections, so a page must not load more than four
/// files at once. inbox.js therefore imports only incoming.js, outgoing.js, connection.js and numbers.js,
/// which import the others.
macro_rules! copy {
    ($($file:literal $name:ident),* $(,)?) => {
        $(
            #[wasm_bindgen(module = $file)]
            extern "C" {
                #[allow(dead_code, reason = "only the file is needed, not the type")]
                type $name;
            }
        )*
    };
}

copy! {
    "/src/browser/connection.js" Connection,
    "/src/browser/control.js" Control,
    "/src/browser/conversations.js" Conversations,
    "/src/browser/incoming.js" Incoming,
    "/src/browser/keepalive.js" Keepalive,
    "/src/browser/listeners.js" Listeners,
    "/src/browser/messages.js" Messages,
    "/src/browser/numbers.js" Numbers,
    "/src/browser/outgoing.js" Outgoing,
    "/src/browser/report.js" Report,
    "/src/browser/scan.js" Scan,
}
