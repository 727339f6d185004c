//! The frames that listeners receive.

use serde::Deserialize;

use super::Id;

/// A message of the application, or one of the frames about messages, distinguished by their `action`. For
/// [`listen`](super::listen()): `listen(2, |frame: Frame<Mine>| …)`.
///
/// Distinguishing them costs a copy of the frame. If you need only messages, listen for `Mine` instead.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "action")]
pub enum Frame<Message> {
    /// A conversation's history: the server's reply to [`request_messages`](super::request_messages).
    #[serde(rename = "messages_response")]
    History {
        /// The conversation.
        conversation_id: Id,
        /// Oldest first.
        messages: Vec<Message>,
        /// Whether there are older messages.
        #[serde(default)]
        has_more: bool,
    },
    /// The page has missed messages that the server no longer has. Reload the conversation, or show that
    /// messages are missing.
    #[serde(rename = "gap")]
    Gap {
        /// The conversation.
        conversation_id: Id,
        /// The `seq` of the last message before the gap; 0 if there is none.
        after: u64,
        /// The `seq` of the first message after the gap.
        before: u64,
    },
    /// The server rejected a frame. The listeners of the conversation that it names receive it, or only those
    /// of [`listen_all`](super::listen_all) if it names none. With layer 1, a rejected message is reported by
    /// its [`SendResult`](super::SendResult) instead.
    #[serde(rename = "error")]
    Refusal {
        /// The error code: see PROTOCOL.md.
        code: String,
        /// A description for developers.
        detail: Option<String>,
        /// The `client_id` or `id` of the rejected frame.
        #[serde(rename = "ref")]
        reference: Option<Id>,
        /// The conversation that the rejected frame named.
        conversation_id: Option<Id>,
        /// The ms after which the frame may be sent again. `None` if the rejection is final.
        retry_after: Option<f64>,
    },
    /// Any other frame that deserializes as a `Message`.
    #[serde(untagged)]
    Message(Message),
}
