//! Replaces the browser's WebSocket by one whose server side the test controls, and provides listeners in
//! JavaScript.

// Each test file uses only some of these.
#![allow(dead_code)]

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Replaces the browser's WebSocket by the scripted one and forgets earlier sockets.
///
/// This evaluates the script instead of adding a module to the page, because `wasm-bindgen-test-runner`
/// reliably serves only four connections. For five modules a browser opens a fifth, which often gets no
/// reply, so that no test starts.
pub(crate) fn install() {
    js_sys::eval(include_str!("web_socket.js")).unwrap();
}

#[wasm_bindgen(js_namespace = server)]
extern "C" {
    pub(crate) fn count() -> u32;
    /// Chooses the socket that the other functions act on: counted from 0, -1 for the latest.
    pub(crate) fn choose(socket: i32);
    pub(crate) fn url() -> String;
    pub(crate) fn protocols() -> JsValue;
    pub(crate) fn open();
    pub(crate) fn close(code: u16, reason: &str);
    pub(crate) fn receive(data: &JsValue);
    pub(crate) fn sent() -> Array;
    #[wasm_bindgen(js_name = closedWith)]
    pub(crate) fn closed_with() -> JsValue;
    /// The errors passed to reportError since `install`.
    pub(crate) fn reported() -> Array;
    /// Returns a listener that collects the frames it receives in `.frames`.
    pub(crate) fn listener() -> Function;
    #[wasm_bindgen(js_name = framesOf)]
    pub(crate) fn frames_of(listener: &Function) -> Array;
    /// Returns a listener that throws.
    pub(crate) fn throwing() -> Function;
    /// Returns a listener that, on its first frame, calls the function given to `leave_with`.
    pub(crate) fn leaving() -> Function;
    #[wasm_bindgen(js_name = leaveWith)]
    pub(crate) fn leave_with(listener: &Function, release: &JsValue);
    /// Resolves when the condition holds.
    fn until(condition: &Closure<dyn FnMut() -> bool>) -> Promise;
    /// Returns a url function whose promise `answer_url` resolves.
    #[wasm_bindgen(js_name = slowUrl)]
    pub(crate) fn slow_url() -> Function;
    #[wasm_bindgen(js_name = answerUrl)]
    pub(crate) fn answer_url(url: &str);
    #[wasm_bindgen(js_name = urlCalls)]
    pub(crate) fn url_calls() -> u32;
}

/// Waits until a condition holds.
pub(crate) async fn wait_until(condition: impl FnMut() -> bool + 'static) {
    let condition = Closure::new(condition);
    JsFuture::from(until(&condition)).await.unwrap();
}
