//! The API in JavaScript's values, for the page's default inbox: what `pkg/index.d.ts` documents, callable from Rust.

use std::cell::OnceCell;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

use super::commands;
use super::imports::Inbox;

pub use super::imports::Subscription;

thread_local! {
    static DEFAULT: OnceCell<(u32, Inbox)> = const { OnceCell::new() };
}

/// The page's default inbox, made on first use.
pub(crate) fn default_inbox() -> Inbox {
    with_default(|(_, inbox)| inbox.clone())
}

#[cfg(not(feature = "npm"))]
/// The number of the same in the table of inbox.rs.
pub(crate) fn default_number() -> u32 {
    with_default(|(number, _)| *number)
}

fn with_default<T>(f: impl FnOnce(&(u32, Inbox)) -> T) -> T {
    DEFAULT.with(|inbox| f(inbox.get_or_init(commands::new_inbox)))
}

/// A new inbox, with the whole API as methods, and a connection for itself.
#[cfg_attr(feature = "npm", wasm_bindgen(js_name = createInbox))]
pub fn create_inbox() -> JsValue {
    let (_, inbox) = commands::new_inbox();
    inbox.into()
}

/// Subscribes to a conversation (`null` or `undefined`: to all), with the connection's members at hand.
pub fn use_web_socket(conversation_id: JsValue, on_message: &Function) -> Subscription {
    default_inbox().use_web_socket(&conversation_id, on_message)
}

/// Subscribes a listener; the function returned ends it.
pub fn subscribe(conversation_id: JsValue, listener: &Function) -> JsValue {
    default_inbox().subscribe(&conversation_id, listener).into()
}

/// Sends `{conversation_id, message, type}`; the promise tells how it ended.
pub fn send_message(conversation_id: &JsValue, message: &JsValue, kind: &JsValue) -> Promise {
    default_inbox().send_message(conversation_id, message, kind)
}

/// Asks for a conversation's history; the reply arrives at its listeners.
pub fn request_messages(conversation_id: &JsValue) -> Promise {
    default_inbox().request_messages(conversation_id)
}

/// Sends a frame of the application's own.
pub fn send(frame: &JsValue) -> Promise {
    default_inbox().send(frame)
}

/// Connects now, from any state in which somebody listens.
pub fn retry() {
    default_inbox().retry();
}

/// Closes the connection with 1000 and fails what is queued, until somebody asks for it again.
pub fn disconnect() {
    default_inbox().disconnect();
}

/// The connection's public state: the same object until it changes.
pub fn get_state() -> JsValue {
    default_inbox().get_state()
}

/// Calls back whenever the public state has changed; the function returned ends it.
pub fn subscribe_state(listener: Function) -> JsValue {
    default_inbox().subscribe_state(&listener).into()
}

/// The counters, as a new plain object.
pub fn get_stats() -> JsValue {
    default_inbox().get_stats()
}

/// Sets options, before first use. They are not checked here: `pkg/lib/options.js` does that for the npm package.
pub fn configure(options: &JsValue) {
    default_inbox().configure(options);
}
