//! Sending frames, and the results.

use js_sys::{Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::Id;
use crate::browser::exports;

/// The outcome of sending a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendResult {
    /// The server has stored the message.
    Delivered {
        /// The id that the server assigned, if it is a number or a string.
        message_id: Option<Id>,
    },
    /// The frame was sent on an open connection; the server does not acknowledge it, so its delivery is
    /// unknown.
    Sent,
    /// The frame will not be sent, or the server rejected it.
    Failed {
        /// The server's description of the error, or the client's.
        reason: String,
    },
}

/// Sends `{conversation_id, message, type: "TEXT"}`. Without a connection, queues the message and sends it in
/// order once connected; opens a connection even if there is no listener.
///
/// `message` must be a non-empty string, or any other value that JSON can represent.
///
/// The future does nothing until it is polled for the first time: pass it to `spawn_local` if you don't await
/// it. Dropping it later does not cancel the message.
pub async fn send_message(conversation_id: impl Into<Id>, message: &(impl Serialize + ?Sized)) -> SendResult {
    send_typed_message(conversation_id, message, "TEXT").await
}

/// Sends a message with the `type` `kind`; otherwise like [`send_message`].
pub async fn send_typed_message(
    conversation_id: impl Into<Id>,
    message: &(impl Serialize + ?Sized),
    kind: &str,
) -> SendResult {
    match to_json(message) {
        Ok(message) => {
            result_of(exports::send_message(&conversation_id.into().into(), &message, &kind.into())).await
        }
        Err(failed) => failed,
    }
}

/// Requests a conversation's history. The conversation's listeners receive the reply, a
/// [`Frame::History`](super::Frame::History); the result is that of sending the request.
pub async fn request_messages(conversation_id: impl Into<Id>) -> SendResult {
    result_of(exports::request_messages(&conversation_id.into().into())).await
}

/// Sends a custom frame, a struct or a map such as `{action: "typing", conversation_id: 2}`. Queues it like a
/// message. The server does not acknowledge custom frames, so the result is `Sent` or `Failed`.
pub async fn send(frame: &(impl Serialize + ?Sized)) -> SendResult {
    match to_json(frame) {
        Ok(frame) => result_of(exports::send(&frame)).await,
        Err(failed) => failed,
    }
}

/// Converts a value for `JSON.stringify`: maps to objects, `None` to null.
fn to_json(value: &(impl Serialize + ?Sized)) -> Result<JsValue, SendResult> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).map_err(|error| SendResult::Failed { reason: error.to_string() })
}

async fn result_of(sending: Promise) -> SendResult {
    // The promise never rejects.
    let (Ok(result) | Err(result)) = JsFuture::from(sending).await;
    let member = |name: &str| Reflect::get(&result, &name.into()).unwrap_or_default();
    match member("status").as_string().as_deref() {
        // The message was delivered even if its id is neither a number nor a string.
        Some("delivered") => {
            SendResult::Delivered { message_id: serde_wasm_bindgen::from_value(member("messageId")).ok() }
        }
        Some("sent") => SendResult::Sent,
        _ => SendResult::Failed { reason: member("reason").as_string().unwrap_or_default() },
    }
}
