//! What listeners hear.

use serde::Deserialize;

use super::Id;

/// A message of the application's, or one of the frames about messages, told apart by their `action`. For
/// [`listen`](super::listen()): `listen(2, |frame: Frame<Mine>| …)`.
///
/// To tell them apart costs a copy of the frame: who wants nothing but messages reads `Mine` itself.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "action")]
pub enum Frame<Message> {
    /// A conversation's history: the server's answer to [`request_messages`](super::request_messages).
    #[serde(rename = "messages_response")]
    History {
        /// Whose history it is.
        conversation_id: Id,
        /// Oldest first.
        messages: Vec<Message>,
        /// There are older ones.
        #[serde(default)]
        has_more: bool,
    },
    /// Messages are missing that the server no longer has. A page reloads the conversation instead of showing a silent
    /// hole.
    #[serde(rename = "gap")]
    Gap {
        /// Where messages are missing.
        conversation_id: Id,
        /// The `seq` of the last message before the hole; 0 where the hole is at the beginning.
        after: u64,
        /// The `seq` of the first message behind it.
        before: u64,
    },
    /// The server refused a frame. Told to the listeners of the conversation that it names, and where it names none to
    /// those who hear everything. Of a message whose delivery is acknowledged, [`SendResult`](super::SendResult) tells it
    /// instead.
    #[serde(rename = "error")]
    Refusal {
        /// Why, for a program: see PROTOCOL.md.
        code: String,
        /// A sentence for a person.
        detail: Option<String>,
        /// The `id` of the frame refused.
        #[serde(rename = "ref")]
        reference: Option<Id>,
        /// The conversation that the refused frame named.
        conversation_id: Option<Id>,
        /// In ms: until then it is refused again. Where there is none, the refusal is final.
        retry_after: Option<f64>,
    },
    /// Any other frame that fits.
    #[serde(untagged)]
    Message(Message),
}
