//! The JavaScript files beside this one, as Rust sees them: values that stay on their side of the border (parsed
//! messages, callbacks, texts to send), named by numbers on this one.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use web_sys::WebSocket;

use crate::core::{HeldId, SendId, Slot};

/// `(slot or -1, seq or 0, characters, parsed) -> id to keep the message under, or -1`
pub(super) type OnFrame = dyn Fn(i32, f64, u32, bool) -> i32;
/// `(characters, why)`
pub(super) type OnUnusable = dyn Fn(u32, u32);
/// See control.rs.
pub(super) type OnControl = dyn Fn(u32, f64, f64, Vec<f64>) -> bool;

#[wasm_bindgen(module = "/src/browser/envelope.js")]
extern "C" {
    /// A callback, and what it listens to.
    pub(super) type Listener;

    #[wasm_bindgen(js_name = addListener)]
    pub(super) fn add_listener(conversation_id: &JsValue, callback: &Function, keeps_last: bool) -> Listener;
    /// Answers the slot of a conversation that nobody listens to any more, else -1.
    #[wasm_bindgen(js_name = removeListener)]
    pub(super) fn remove_listener(listener: &Listener) -> i32;
    #[wasm_bindgen(js_name = lastMessage)]
    pub(super) fn last_message(listener: &Listener) -> JsValue;
    pub(super) fn release(conversation: Slot);
    /// Conversations that nobody listens to.
    pub(super) fn unheard() -> Vec<Slot>;

    pub(super) fn read(
        socket: &WebSocket,
        frame_limit: u32,
        keepalive: &JsValue,
        on_frame: &Closure<OnFrame>,
        on_unusable: &Closure<OnUnusable>,
        on_control: &Closure<OnControl>,
    );
    /// Calls the listeners of the message under way; answers how many.
    pub(super) fn deliver() -> u32;
    pub(super) fn recall(held: HeldId);
    pub(super) fn forget(held: HeldId);
    #[wasm_bindgen(js_name = reportGap)]
    pub(super) fn report_gap(conversation: Slot, after: f64, before: f64);

    pub(super) fn call(callback: &Function, argument: &JsValue);
    pub(super) fn report(error: &JsValue);
}

#[wasm_bindgen(module = "/src/browser/control.js")]
extern "C" {
    #[wasm_bindgen(js_name = forgetUser)]
    pub(super) fn forget_user();
    #[wasm_bindgen(js_name = sayHello)]
    pub(super) fn say_hello(socket: &WebSocket, cursors: &[f64]);
    #[wasm_bindgen(js_name = saySync)]
    pub(super) fn say_sync(socket: &WebSocket, id: u32, bytes: u32, after: &[f64]);
    #[wasm_bindgen(js_name = sayPing)]
    pub(super) fn say_ping(socket: &WebSocket, id: u32);
    pub(super) fn say(socket: &WebSocket, frame: &JsValue);
}

#[wasm_bindgen(module = "/src/browser/outgoing.js")]
extern "C" {
    /// A frame that is ready to go.
    pub(super) type Draft;
    #[wasm_bindgen(method, getter)]
    pub(super) fn length(this: &Draft) -> u32;

    #[wasm_bindgen(js_name = draftMessage, catch)]
    pub(super) fn draft_message(
        conversation_id: &JsValue,
        message: &JsValue,
        kind: &JsValue,
        named: bool,
        limit: u32,
    ) -> Result<Draft, JsValue>;
    #[wasm_bindgen(js_name = draftRequest, catch)]
    pub(super) fn draft_request(conversation_id: &JsValue, limit: u32) -> Result<Draft, JsValue>;
    #[wasm_bindgen(js_name = draftFrame, catch)]
    pub(super) fn draft_frame(frame: &JsValue, limit: u32) -> Result<Draft, JsValue>;

    pub(super) fn hold(send: SendId, draft: &Draft) -> Promise;
    pub(super) fn transmit(socket: &WebSocket, send: SendId) -> i32;
    #[wasm_bindgen(js_name = settleDelivered)]
    pub(super) fn settle_delivered(send: SendId);
    #[wasm_bindgen(js_name = settleSent)]
    pub(super) fn settle_sent(send: SendId);
    #[wasm_bindgen(js_name = settleFailed)]
    pub(super) fn settle_failed(send: SendId, reason: &str);
    pub(super) fn refused(reason: &JsValue) -> Promise;
}
