//! The two JavaScript files beside this one, as Rust sees them: values that stay on their side of the
//! border (parsed messages, callbacks, texts to send), named by numbers on this one.

use js_sys::{Function, JsString, Promise};
use wasm_bindgen::prelude::*;
use web_sys::WebSocket;

use crate::core::{ListenerId, SendId, Slot};

#[wasm_bindgen(module = "/src/browser/envelope.js")]
extern "C" {
    pub(super) fn intern(conversation_id: &JsValue) -> Slot;
    pub(super) fn release(conversation_id: &JsValue);

    #[wasm_bindgen(js_name = addListener)]
    pub(super) fn add_listener(listener: ListenerId, callback: &Function);
    #[wasm_bindgen(js_name = removeListener)]
    pub(super) fn remove_listener(listener: ListenerId);
    #[wasm_bindgen(js_name = lastMessage)]
    pub(super) fn last_message(listener: ListenerId) -> JsValue;

    pub(super) fn read(
        socket: &WebSocket,
        frame_limit: u32,
        on_frame: &Closure<dyn Fn(i32, u32)>,
        on_unusable: &Closure<dyn Fn(u32, bool)>,
    );
    pub(super) fn deliver(listener: ListenerId);
    pub(super) fn call(callback: &Function, argument: &JsValue);
    pub(super) fn report(error: &JsValue);
}

#[wasm_bindgen(module = "/src/browser/outgoing.js")]
extern "C" {
    #[wasm_bindgen(js_name = encodeMessage, catch)]
    pub(super) fn encode_message(
        conversation_id: &JsValue,
        message: &JsValue,
        kind: &JsValue,
    ) -> Result<JsString, JsValue>;
    #[wasm_bindgen(js_name = encodeRequest, catch)]
    pub(super) fn encode_request(conversation_id: &JsValue) -> Result<JsString, JsValue>;
    #[wasm_bindgen(js_name = encodeFrame, catch)]
    pub(super) fn encode_frame(frame: &JsValue) -> Result<JsString, JsValue>;

    pub(super) fn hold(send: SendId, text: &JsString) -> Promise;
    pub(super) fn transmit(socket: &WebSocket, send: SendId) -> i32;
    #[wasm_bindgen(js_name = settleSent)]
    pub(super) fn settle_sent(send: SendId);
    #[wasm_bindgen(js_name = settleFailed)]
    pub(super) fn settle_failed(send: SendId, reason: &str);
    pub(super) fn refused(reason: &JsValue) -> Promise;
}
