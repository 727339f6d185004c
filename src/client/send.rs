//! What is sent, and how that ended.

use js_sys::{Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::Id;
use crate::browser::exports;

/// How a frame that was handed over for sending ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendResult {
    /// The server has stored it.
    Delivered {
        /// The server's name for it, if it gave one.
        message_id: Option<Id>,
    },
    /// An open connection took it, and the server acknowledges nothing: this is all that can be known.
    Sent,
    /// It will not be sent.
    Failed {
        /// A sentence for a person: the server's, or what was wrong with the value.
        reason: String,
    },
}

/// Sends `{conversation_id, message, type: "TEXT"}`. Without a connection it is queued, kept in order and sent as soon as
/// there is one. May be called without a listener: the connection is then opened for it.
///
/// `message` is a text that is not empty, or any other value that JSON can hold.
///
/// Nothing is handed over before the future is polled for the first time: `spawn_local` one that is not awaited. To drop
/// it later takes nothing back.
pub async fn send_message(conversation_id: impl Into<Id>, message: &(impl Serialize + ?Sized)) -> SendResult {
    send_typed_message(conversation_id, message, "TEXT").await
}

/// Sends a message whose `type` is another than `"TEXT"`; otherwise like [`send_message`].
pub async fn send_typed_message(
    conversation_id: impl Into<Id>,
    message: &(impl Serialize + ?Sized),
    kind: &str,
) -> SendResult {
    match to_json(message) {
        Ok(message) => {
            end_of(exports::send_message(&conversation_id.into().into(), &message, &kind.into())).await
        }
        Err(failed) => failed,
    }
}

/// Asks for a conversation's history. The reply, a [`Frame::History`](super::Frame::History), arrives at that
/// conversation's listeners; the result tells whether the request was sent.
pub async fn request_messages(conversation_id: impl Into<Id>) -> SendResult {
    end_of(exports::request_messages(&conversation_id.into().into())).await
}

/// Sends a frame of the application's own, a struct or a map such as `{action: "typing", conversation_id: 2}`, queued like
/// a message. The server acknowledges none of these: the result is `Sent` or `Failed`.
pub async fn send(frame: &(impl Serialize + ?Sized)) -> SendResult {
    match to_json(frame) {
        Ok(frame) => end_of(exports::send(&frame)).await,
        Err(failed) => failed,
    }
}

/// As `JSON.stringify` will understand it: maps as objects, `None` as null.
fn to_json(value: &(impl Serialize + ?Sized)) -> Result<JsValue, SendResult> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).map_err(|error| SendResult::Failed { reason: error.to_string() })
}

async fn end_of(sending: Promise) -> SendResult {
    // It never rejects.
    let (Ok(result) | Err(result)) = JsFuture::from(sending).await;
    let member = |name: &str| Reflect::get(&result, &name.into()).unwrap_or_default();
    match member("status").as_string().as_deref() {
        // A name that is neither number nor text makes the message no less delivered.
        Some("delivered") => {
            SendResult::Delivered { message_id: serde_wasm_bindgen::from_value(member("messageId")).ok() }
        }
        Some("sent") => SendResult::Sent,
        _ => SendResult::Failed { reason: member("reason").as_string().unwrap_or_default() },
    }
}
