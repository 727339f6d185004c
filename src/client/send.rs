//! Sending frames, and the results.

use js_sys::{Object, Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::options::set;
use super::{Id, Inbox};

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

/// The options of [`send_message_with`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendOptions {
    /// The message's `type`. Default: "TEXT".
    pub kind: String,
    /// Whether the message waits for a connection. Without, it fails unless an open connection takes it at once, and it is
    /// never sent again: if the connection is lost before the server's reply, it fails, and may have been delivered.
    /// Default: true.
    pub queue: bool,
    /// A `client_id` of 1 to 64 characters, by which the server recognizes the message if the page also sends it in
    /// another way, for example by HTTP. Default: one that the client makes.
    pub client_id: Option<String>,
}

impl Default for SendOptions {
    fn default() -> Self {
        Self { kind: "TEXT".into(), queue: true, client_id: None }
    }
}

/// Sends `{conversation_id, message, type: "TEXT"}`. Without a connection, queues the message and sends it in
/// order once connected; opens a connection even if there is no listener.
///
/// `message` must be a non-empty string, or any other value that JSON can represent.
///
/// The future does nothing until it is polled for the first time: pass it to `spawn_local` if you don't await
/// it. Dropping it later does not cancel the message.
pub async fn send_message(conversation_id: impl Into<Id>, message: &(impl Serialize + ?Sized)) -> SendResult {
    Inbox::page().send_message(conversation_id, message).await
}

/// Sends a message with the `type` `kind`; otherwise like [`send_message`].
pub async fn send_typed_message(
    conversation_id: impl Into<Id>,
    message: &(impl Serialize + ?Sized),
    kind: &str,
) -> SendResult {
    Inbox::page().send_typed_message(conversation_id, message, kind).await
}

/// Sends a message with these options; otherwise like [`send_message`].
pub async fn send_message_with(
    conversation_id: impl Into<Id>,
    message: &(impl Serialize + ?Sized),
    options: SendOptions,
) -> SendResult {
    Inbox::page().send_message_with(conversation_id, message, options).await
}

/// Requests a conversation's history. The conversation's listeners receive the reply, a
/// [`Frame::History`](super::Frame::History); the result is that of sending the request.
pub async fn request_messages(conversation_id: impl Into<Id>) -> SendResult {
    Inbox::page().request_messages(conversation_id).await
}

/// Sends a custom frame, a struct or a map such as `{action: "typing", conversation_id: 2}`. Queues it like a
/// message. The server does not acknowledge custom frames, so the result is `Sent` or `Failed`.
pub async fn send(frame: &(impl Serialize + ?Sized)) -> SendResult {
    Inbox::page().send(frame).await
}

impl Inbox {
    /// Like [`send_message`].
    pub async fn send_message(
        &self,
        conversation_id: impl Into<Id>,
        message: &(impl Serialize + ?Sized),
    ) -> SendResult {
        self.send_message_with(conversation_id, message, SendOptions::default()).await
    }

    /// Like [`send_typed_message`].
    pub async fn send_typed_message(
        &self,
        conversation_id: impl Into<Id>,
        message: &(impl Serialize + ?Sized),
        kind: &str,
    ) -> SendResult {
        let options = SendOptions { kind: kind.into(), ..SendOptions::default() };
        self.send_message_with(conversation_id, message, options).await
    }

    /// Like [`send_message_with`].
    pub async fn send_message_with(
        &self,
        conversation_id: impl Into<Id>,
        message: &(impl Serialize + ?Sized),
        SendOptions { kind, queue, client_id }: SendOptions,
    ) -> SendResult {
        let message = match to_json(message) {
            Ok(message) => message,
            Err(failed) => return failed,
        };
        let options = Object::new();
        set(&options, "queue", queue.into());
        set(&options, "clientId", client_id.map_or(JsValue::UNDEFINED, JsValue::from));
        let id = conversation_id.into().into();
        result_of(self.js().send_message(&id, &message, &kind.into(), &options)).await
    }

    /// Like [`request_messages`].
    pub async fn request_messages(&self, conversation_id: impl Into<Id>) -> SendResult {
        result_of(self.js().request_messages(&conversation_id.into().into())).await
    }

    /// Like [`send`].
    pub async fn send(&self, frame: &(impl Serialize + ?Sized)) -> SendResult {
        match to_json(frame) {
            Ok(frame) => result_of(self.js().send(&frame)).await,
            Err(failed) => failed,
        }
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
