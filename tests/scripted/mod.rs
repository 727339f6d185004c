//! A WebSocket in the place of the browser's, whose server the test plays, and listeners in JavaScript.

// Each test file uses a part of it.
#![allow(dead_code)]

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Puts the scripted WebSocket in the browser's place and forgets earlier ones.
///
/// Evaluated, and not one more module of the page: `wasm-bindgen-test-runner` serves four connections for certain. With
/// five modules to load at once a browser makes a fifth, which is often never answered, and no test begins.
pub(crate) fn install() {
    js_sys::eval(include_str!("web_socket.js")).unwrap();
}

#[wasm_bindgen(js_namespace = server)]
extern "C" {
    pub(crate) fn count() -> u32;
    pub(crate) fn url() -> String;
    pub(crate) fn open();
    pub(crate) fn close(code: u16, reason: &str);
    pub(crate) fn receive(data: &JsValue);
    pub(crate) fn sent() -> Array;
    #[wasm_bindgen(js_name = closedWith)]
    pub(crate) fn closed_with() -> JsValue;
    /// What was given to reportError since `install`.
    pub(crate) fn reported() -> Array;
    /// A listener that keeps what it was given in `.heard`.
    pub(crate) fn listener() -> Function;
    pub(crate) fn heard(listener: &Function) -> Array;
    pub(crate) fn throwing() -> Function;
    /// A listener that ends the subscription it is told of, in its first call.
    pub(crate) fn leaving() -> Function;
    #[wasm_bindgen(js_name = leaveWith)]
    pub(crate) fn leave_with(listener: &Function, release: &JsValue);
    /// Resolves when the condition holds.
    fn until(condition: &Closure<dyn FnMut() -> bool>) -> Promise;
    /// A url function whose promise is settled by hand.
    #[wasm_bindgen(js_name = slowUrl)]
    pub(crate) fn slow_url() -> Function;
    #[wasm_bindgen(js_name = answerUrl)]
    pub(crate) fn answer_url(url: &str);
    #[wasm_bindgen(js_name = urlCalls)]
    pub(crate) fn url_calls() -> u32;
}

/// Waits for a condition.
pub(crate) async fn wait_until(condition: impl FnMut() -> bool + 'static) {
    let condition = Closure::new(condition);
    JsFuture::from(until(&condition)).await.unwrap();
}
