//! The JavaScript API of `pkg/index.d.ts`, for the page's default inbox: callable from Rust, with JavaScript
//! values.

use std::cell::OnceCell;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

use super::commands;
use super::imports::Inbox;

pub use super::imports::Subscription;

thread_local! {
    static DEFAULT: OnceCell<(u32, Inbox)> = const { OnceCell::new() };
}

/// The page's default inbox, created on first use.
pub(crate) fn default_inbox() -> Inbox {
    with_default(|(_, inbox)| inbox.clone())
}

#[cfg(not(feature = "npm"))]
/// The page's default inbox, and its index in the table of inbox.rs.
pub(crate) fn default_inbox_and_number() -> (u32, Inbox) {
    with_default(Clone::clone)
}

fn with_default<T>(f: impl FnOnce(&(u32, Inbox)) -> T) -> T {
    DEFAULT.with(|inbox| f(inbox.get_or_init(commands::new_inbox)))
}

/// Creates an inbox with its own connection, these options, and the whole API as methods. Does not check the options.
#[cfg_attr(feature = "npm", wasm_bindgen(js_name = createInbox))]
pub fn create_inbox(options: &JsValue) -> JsValue {
    let (_, inbox) = commands::new_inbox();
    inbox.configure(options);
    inbox.into()
}

/// Subscribes to a conversation, or to all of them if the id is `null` or `undefined`.
pub fn use_web_socket(conversation_id: JsValue, on_message: &Function) -> Subscription {
    default_inbox().use_web_socket(&conversation_id, on_message)
}

/// Adds a listener; the returned function removes it.
pub fn subscribe(conversation_id: JsValue, listener: &Function) -> JsValue {
    default_inbox().subscribe(&conversation_id, listener).into()
}

/// Sends `{conversation_id, message, type}`; the promise resolves to the result. `options` may be undefined.
pub fn send_message(
    conversation_id: &JsValue,
    message: &JsValue,
    kind: &JsValue,
    options: &JsValue,
) -> Promise {
    default_inbox().send_message(conversation_id, message, kind, options)
}

/// Requests a conversation's history; its listeners receive the reply.
pub fn request_messages(conversation_id: &JsValue) -> Promise {
    default_inbox().request_messages(conversation_id)
}

/// Sends a custom frame of the application.
pub fn send(frame: &JsValue) -> Promise {
    default_inbox().send(frame)
}

/// Connects now, from any state, if there is a listener.
pub fn retry() {
    default_inbox().retry();
}

/// Closes the connection with 1000 and fails the queued frames. The next frame to send, `retry` or first
/// listener reconnects.
pub fn disconnect() {
    default_inbox().disconnect();
}

/// Returns the connection's public state: the same object until it changes.
pub fn get_state() -> JsValue {
    default_inbox().get_state()
}

/// Calls `listener` after each change of the public state; the returned function removes it.
pub fn subscribe_state(listener: Function) -> JsValue {
    default_inbox().subscribe_state(&listener).into()
}

/// Returns the counters as a new plain object.
pub fn get_stats() -> JsValue {
    default_inbox().get_stats()
}

/// Sets options, before first use. Does not check them: `pkg/lib/options.js` does that for the npm package.
pub fn configure(options: &JsValue) {
    default_inbox().configure(options);
}
