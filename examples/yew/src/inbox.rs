//! The connection as Rust knows such things: closures in the place of functions, and an end by `Drop`.
//!
//! `inbox_socket::exports` is the API that the npm package hands on, in JavaScript's values. This is all that lies
//! between the two.

use inbox_socket::exports;
use js_sys::{Function, Object, Reflect};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// A chat message, as far as this page reads it.
#[derive(Clone, Deserialize, PartialEq)]
pub struct Message {
    pub message: String,
    pub message_id: f64,
}

/// The state of the page's one connection.
#[derive(Clone, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct State {
    pub is_connected: bool,
    pub error: Option<String>,
}

/// How a message ended.
#[derive(Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum SendResult {
    Delivered,
    Sent,
    Failed { reason: String },
}

/// Ends what was begun when it is dropped. Not to be dropped inside of its own call.
pub struct Guard {
    end: Function,
    _callback: Closure<dyn FnMut(JsValue)>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        // It throws nothing.
        let _ = self.end.call0(&JsValue::NULL);
    }
}

/// Where to connect to, before anything else is called.
pub fn configure(url: &str) {
    let options = Object::new();
    let _ = Reflect::set(&options, &"url".into(), &url.into());
    exports::configure(&options);
}

/// Hears a conversation's messages. Frames that are none, such as a history or a gap, do not fit and are passed over.
pub fn listen(conversation_id: u32, mut on_message: impl FnMut(Message) + 'static) -> Guard {
    guard(
        move |frame| {
            if let Ok(message) = serde_wasm_bindgen::from_value(frame) {
                on_message(message);
            }
        },
        |callback| exports::subscribe(conversation_id.into(), callback),
    )
}

/// Calls back whenever the state has changed.
pub fn watch(mut on_state: impl FnMut(State) + 'static) -> Guard {
    guard(move |_| on_state(state()), |callback| exports::subscribe_state(callback.clone()))
}

/// The state now.
pub fn state() -> State {
    // It has these members, or the two crates do not belong together.
    serde_wasm_bindgen::from_value(exports::get_state()).unwrap_throw()
}

/// Sends a message, or queues it until there is a connection.
pub async fn send_message(conversation_id: u32, text: &str) -> SendResult {
    let promise = exports::send_message(&conversation_id.into(), &text.into(), &JsValue::UNDEFINED);
    // It never rejects.
    let result = JsFuture::from(promise).await.unwrap_throw();
    serde_wasm_bindgen::from_value(result).unwrap_throw()
}

fn guard(call: impl FnMut(JsValue) + 'static, begin: impl FnOnce(&Function) -> JsValue) -> Guard {
    let callback = Closure::<dyn FnMut(JsValue)>::new(call);
    let end = begin(callback.as_ref().unchecked_ref());
    Guard { end: end.unchecked_into(), _callback: callback }
}
