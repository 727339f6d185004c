// The shape of the files in table/: one wire of a real application, as facts, with our own values.

/** @typedef {import("inbox-socket").ConversationId} ConversationId */

/** What one WebSocket message contains: an object or array, as JSON, or a text. @typedef {any} Frame */

/**
 * One step of a dialogue, from the server's point of view: it receives a frame, or it sends one. A function is called
 * with the received frame and returns the expected one, for members that the page chooses, such as times.
 *
 * @typedef {{ hears: Frame | ((frame: Frame) => Frame), says?: undefined } | { says: Frame, hears?: undefined }} Step
 */

/**
 * A frame that is not a message, and which listeners receive it: those of the conversation and those of all
 * conversations, only those of all conversations, or none. It becomes no subscription's `lastMessage`, unless the wire
 * cannot tell it from a message.
 *
 * @typedef {{ frame: Frame, to: "conversation" | "all" | "none", becomesLast?: boolean }} OtherFrame
 */

/**
 * The server's side of the wire. Members that an application lacks are absent: without `sent`, for example, its pages
 * send their messages by HTTP.
 *
 * @typedef {object} WireServer
 * @property {[ConversationId, ConversationId]} conversations two conversations, with ids of the application's type
 * @property {Record<string, string | ((body: string) => string)>} [files] what the server answers by HTTP: bodies by path
 * @property {string} [protocol] the subprotocol that it accepts
 * @property {(conversation: ConversationId) => Step[]} [opening] what comes first on each connection
 * @property {(conversation: ConversationId) => Step[]} [refusedOpening] the same, if the server refuses it
 * @property {string} [openingError] the reason of that, which the page shows
 * @property {(conversation: ConversationId) => Step[]} [join] how a conversation is joined
 * @property {(conversation: ConversationId) => Step[]} [refusedJoin] the same, if the server refuses it
 * @property {string} [joinError] the reason of that, which the conversation's listeners receive
 * @property {(conversation: ConversationId) => Frame} [leave] the frame that leaves a conversation
 * @property {(conversation: ConversationId, text: string) => Frame} message a message, as the server sends it
 * @property {(conversation: ConversationId, text: string) => Frame} [received] what listeners receive of it. Default:
 *   the frame itself
 * @property {(conversation: ConversationId) => OtherFrame[]} [others] what else it sends
 * @property {(text: string) => any} [compose] what the page passes to sendMessage(). Default: the text
 * @property {(conversation: ConversationId, text: string, frame: Frame) => Frame} [sent] the frame of a sent message.
 *   The received `frame` is there for members that the page chooses, such as times
 * @property {(frame: Frame) => string} [clientId] the client's id in a sent frame
 * @property {(frame: Frame) => Frame} [ack] the acknowledgement of a sent frame
 * @property {boolean} [repeats] whether it would store a message again that is sent again. Default: it knows the id
 * @property {(frame: Frame) => number | string} [messageId] the id that `ack` gives the message of a sent frame
 * @property {(frame: Frame) => Frame} [refusal] the refusal of a sent frame
 * @property {string} [reason] the reason in it
 * @property {WireHistory} [history]
 * @property {{ says: Frame, hears: Frame }} [ping] the server's ping and the page's answer
 * @property {Frame} [heartbeat] what a page sends now and then
 */

/**
 * @typedef {object} WireHistory
 * @property {(conversation: ConversationId) => Frame} request the frame that asks for a conversation's history
 * @property {(conversation: ConversationId, texts: string[]) => Frame} [answer] Default: the history comes as messages
 * @property {(conversation: ConversationId, texts: string[]) => any[]} [messages] the `messages` that listeners receive
 */

/**
 * One wire.
 *
 * @typedef {object} Wire
 * @property {string} application owner/repository on GitHub
 * @property {string} file the file that was read
 * @property {string} commit its commit
 * @property {string} summary what the wire is like, in one sentence
 * @property {(origin: string) => import("inbox-socket").Options} options what a page of the application passes to
 *   configure(). `origin` is the server's
 * @property {WireServer} server
 */

/** Types a wire. @param {Wire} wire */
export const defineWire = (wire) => wire;
