/** Identifies a conversation. Ids are compared with `===`: `2` is not `"2"`, and `0` is a valid id. */
export type ConversationId = number | string;

/**
 * A chat message as the server sends it. If your server adds members, extend this interface or write your own, and pass
 * that type when you subscribe: `useWebSocket<Mine>(2, …)`.
 */
export interface InboxMessage {
  /** The conversation whose listeners receive the message. */
  conversation_id: ConversationId;
  /** The text. */
  message: string;
  /** `"TEXT"` unless the sender set another type. */
  type: string;
  /** The author's id on the server. */
  sender_id?: number | string;
  /** The author's name, for display. */
  sender_name?: string;
  /** The message's id on the server. */
  message_id?: number | string;
  /** With layer 1, the number of the message within its conversation: 1, 2, 3 … */
  seq?: number;
  /** When the server stored the message: ISO 8601 in UTC. */
  created_at?: string;
  /** Always absent, which distinguishes a chat message from the other frames. */
  action?: undefined;
}

/** A conversation's history: the server's reply to `requestMessages`. */
export interface HistoryMessage<Message extends object = InboxMessage> {
  /** Distinguishes the frame from a chat message. */
  action: "messages_response";
  /** The conversation whose history this is. */
  conversation_id: ConversationId;
  /** Oldest first. */
  messages: Message[];
  /** Whether the server has older messages. */
  has_more?: boolean;
  /** Always absent: a frame with an `action` isn't a chat message. */
  message?: undefined;
}

/**
 * A gap: messages that this page has missed and the server no longer has, those with a `seq` above `after` and below
 * `before`. The conversation's listeners receive it, so that a page can reload the conversation.
 */
export interface GapMessage {
  /** Distinguishes the frame from a chat message. */
  action: "gap";
  /** The conversation with the gap. */
  conversation_id: ConversationId;
  /** The `seq` of the last message before the gap; 0 if the gap is at the beginning. */
  after: number;
  /** The `seq` of the first message after the gap. */
  before: number;
  /** Always absent: a frame with an `action` isn't a chat message. */
  message?: undefined;
}

/**
 * The server refused a frame. The listeners of its `conversation_id` receive the error; without one, only the listeners
 * of every conversation do. If the server acknowledges messages, the result of `sendMessage` reports a refused message
 * instead.
 */
export interface ErrorMessage {
  /** Distinguishes the frame from a chat message. */
  action: "error";
  /** The reason, for a program. */
  code: ErrorCode | (string & {});
  /** The reason as a sentence, for a person. */
  detail?: string;
  /** The `client_id` of the refused frame, or its `id` if it has no `client_id`. */
  ref?: string | number | null;
  /** The conversation that the refused frame named. */
  conversation_id?: ConversationId;
  /** How long the server will keep refusing the frame, in ms. If absent, the refusal is final. */
  retry_after?: number;
  /** Always absent: a frame with an `action` isn't a chat message. */
  message?: undefined;
}

/** The error codes of PROTOCOL.md. Other servers may send other codes. */
export type ErrorCode =
  | "bad_json"
  | "bad_frame"
  | "unknown_action"
  | "not_found"
  | "too_large"
  | "rate_limited"
  | "internal";

/**
 * A frame that a listener receives: a chat message, or a frame about messages. Only the latter has an `action`:
 *
 * ```ts
 * if (frame.action === undefined) show(frame.message);
 * else if (frame.action === "messages_response") showAll(frame.messages);
 * ```
 *
 * Listeners also receive your server's custom frames. Add them to the type of your messages:
 * `InboxFrame<InboxMessage | Typing>`, where `Typing` has `action: "typing"`.
 */
export type InboxFrame<Message extends object = InboxMessage> =
  | WithAction<Message>
  | HistoryMessage<Exclude<Message, { action: string }>>
  | GapMessage
  | ErrorMessage;

/** Declares that messages have no `action`, so that TypeScript can narrow a frame by it. */
type WithAction<Message extends object> = Message extends { action: string }
  ? Message
  : Message & { action?: undefined };

/**
 * A listener, called with each {@link InboxFrame}. A function that declares only your messages is accepted too,
 * `(message: Mine) => void`, so that existing callbacks need not change; it also receives the other frames.
 */
export type Listener<Message extends object = InboxMessage> = {
  // A method, because TypeScript compares the parameters of methods bivariantly.
  listen(frame: InboxFrame<Message>): void;
}["listen"];

/**
 * The result of sending a frame. Its promise never rejects.
 *
 * ```ts
 * const result = await sendMessage(2, "Hello");
 * if (result.status === "failed") show(result.reason);
 * ```
 */
export type SendResult =
  /** The server has stored the message; `messageId` is its id there. */
  | { status: "delivered"; messageId?: number | string }
  /** The client has sent the frame on an open connection. The server does not acknowledge it. */
  | { status: "sent" }
  /** Sending failed, and the client won't retry; `reason` is a sentence for a person. */
  | { status: "failed"; reason: string };

/** A message that waits or has failed: see {@link pending}. */
export interface PendingMessage {
  /** The id by which the server recognizes the message if it is sent again. */
  readonly clientId: string;
  /** The conversation that the message is for. */
  readonly conversationId: ConversationId;
  /** The argument of {@link sendMessage}. */
  readonly message: any;
  /** `"TEXT"` unless {@link sendMessage} was called with another type. */
  readonly type: string;
  /** `"waiting"` until the server has acknowledged the message, or `"failed"`, which only the application ends. */
  readonly state: "waiting" | "failed";
  /** Whether the browser's storage has the message, so that it survives the page. */
  readonly durable: boolean;
  /** Why the message has failed: a sentence for a person. */
  readonly reason?: string;
  /** When the message was accepted, in ms since 1970 by this browser's clock. */
  readonly since: number;
}

/** The state of the page's shared connection. */
export interface ConnectionState {
  /** Whether the connection is open. While it is not, the client queues frames. */
  readonly isConnected: boolean;
  /** Whether the client is attempting to connect or loading the core. */
  readonly isConnecting: boolean;
  /** A text for a banner; `null` if there is no problem or no listener. */
  readonly error: string | null;
  /** The number of attempts to reconnect since the connection was last open. */
  readonly reconnectAttempts: number;
  /**
   * With the option `share`: whether this tab has the connection of all (`"leader"`), uses that of another tab
   * (`"follower"`), or has one that no other tab uses (`"alone"`).
   */
  readonly role?: "leader" | "follower" | "alone";
}

/** Counts since the page was loaded. Characters are UTF-16 code units, as `String.length` counts them. */
export interface ConnectionStats {
  /** Attempts to open a WebSocket, successful or not. */
  attempts: number;
  /** WebSockets that opened. */
  handshakes: number;
  /** Attempts after a failed first attempt or a lost connection. */
  reconnections: number;
  /** Frames received, dropped ones included. */
  framesIn: number;
  /** Frames sent by the page, without the client's own (`hello`, `sync`, `ping`). */
  framesOut: number;
  /** Characters received. */
  charactersIn: number;
  /** Characters of `framesOut`. */
  charactersOut: number;
  /** Frames parsed. Each is parsed once for all its listeners. */
  framesParsed: number;
  /** Listener calls. */
  framesDelivered: number;
  /** Received frames that were not text, not a JSON object, or longer than `frameLimit`. */
  framesDropped: number;
  /** Messages received again and dropped. */
  duplicates: number;
  /** Missed messages that the client fetched. */
  recovered: number;
  /** Gaps reported as a {@link GapMessage}. */
  gaps: number;
  /** Pings sent. */
  pings: number;
  /** Whether the current connection has layer 1: the server acknowledges and numbers messages. */
  assured: boolean;
  /** Current number of listeners. */
  listeners: number;
  /** Current number of frames in the queue. */
  queued: number;
  /** Total time connected, in ms. */
  connectedMs: number;
  /** With the option `share`: see {@link ConnectionState.role}. */
  role?: "leader" | "follower" | "alone";
  /**
   * With the option `share`: the tabs that use the connection of this one, if it is the leader. A tab that has crashed
   * counts until the connection ends.
   */
  followers?: number;
}

/** Where a subscription begins. */
export interface SubscribeOptions {
  /**
   * The `seq` of the last message that the application has, or a function (sync or async) that returns it; 0 if it has
   * none. The listener receives every later message once and in order, also those that the server has stored before the
   * page's first connection; if some are no longer available, a {@link GapMessage} first. Without it, a page receives the
   * messages from its first connection on.
   *
   * It counts when the subscription begins; changing it does nothing. It needs a conversation, and a server with layer 1:
   * without numbers it has no effect. An invalid value or an error is reported as uncaught, and has no effect either.
   */
  after?: number | (() => number | Promise<number>);
}

/** How {@link sendMessage} sends. */
export interface SendOptions {
  /**
   * `false` sends the message now or not at all: without an open connection the result is `failed` and nothing is queued,
   * for pages that then use HTTP. The message is never sent again: if the connection ends before the server has
   * acknowledged it, the result is `failed`, although the server may have stored it. Default: `true`.
   */
  queue?: boolean;
  /**
   * The message's id, a string of 1 to 64 characters that identifies it among those of its sender: send a message by
   * HTTP with the same id, and the server can recognize it. Default: an id of this client.
   */
  clientId?: string;
}

/** How {@link send} sends. */
export interface FrameOptions {
  /** `false` fails the frame while the connection is not open, for frames such as "is typing". Default: `true`. */
  queue?: boolean;
  /** The conversation on whose connection to send: required with `sockets: "each"`. */
  conversationId?: ConversationId;
}

/** What the functions `url` and `protocols` receive. */
export interface SocketOf {
  /** The conversation that the connection is for, only with `sockets: "each"`. */
  conversationId: ConversationId;
}

/**
 * How to read and write the frames of a server that has its own wire protocol. Each member is optional.
 *
 * A *frame* here is the parsed JSON if a received text is an object or an array, and the text itself otherwise; a text
 * reaches listeners only if `incoming`, or a function as `conversationId`, reads it. A frame to send is an object or an
 * array, which is sent as JSON, or a string, which is sent as it is. A *path* such as `"data.room_id"` names a member
 * of a member; the names of an array's members are their indexes.
 *
 * A member that throws, or that returns something invalid, is reported as uncaught, each error once. It costs the frame
 * that it was called for and never the connection. Members that exclude each other are reported when the inbox is loaded,
 * at the first subscription; `error` then says so.
 */
export interface Adapter {
  /**
   * Where a received frame names its conversation: a path or a function. The listeners of that conversation receive the
   * frame, besides those of all conversations; if there is no id, only the latter do.
   */
  conversationId?: string | ((frame: any) => ConversationId | null | undefined);
  /**
   * What the listeners receive of a frame, in place of `conversationId`: one delivery, several, or `null` for none. For
   * frames that need to be converted.
   */
  incoming?: (frame: any) => Delivery | Delivery[] | null | undefined;
  /** Whether a delivered frame is a message. Only messages become `lastMessage`. Default: all are. */
  isMessage?: (frame: any) => boolean;
  /**
   * Returns the frame of a message; called once, when the message is queued. Default: an object with the id at the path
   * `conversationId` (or `conversation_id`), the text at the path `message`, and the `type` if one was given.
   */
  outgoing?: (message: OutgoingMessage) => object | string;
  /** The path of the text in a sent message, without `outgoing`. Default: `"message"`. */
  message?: string;
  /** The path of the client id in a sent message, without `outgoing`. Default: the client id is not sent. */
  ref?: string;
  /** Makes the frame that {@link requestMessages} sends, or does so and reads the answer. */
  history?: ((conversationId: ConversationId) => object | string) | AdapterHistory;
  /**
   * Called when a connection has opened, before any other frame is sent: for authentication or a greeting. The client
   * sends nothing else until the result settles. If it rejects, the client closes the connection and connects again only
   * for `retry()` or a new first listener; `error` is then the message of the error. An error other than a plain `Error`
   * is reported as uncaught as well. If the result does not settle within `connectTimeout`, the attempt has failed.
   */
  onOpen?: (connection: Opening) => unknown;
  /**
   * Joins a conversation: called for its first listener, and again on each new connection before queued frames are sent.
   * A returned frame is sent. A returned promise is awaited, for half of `connectTimeout` at most, and messages to the
   * conversation wait for it. If it rejects, these messages fail, and the conversation's listeners receive an
   * {@link ErrorMessage} with the code `join_refused`.
   *
   * A message to a conversation without listeners joins it until the message is settled.
   */
  join?: (conversationId: ConversationId, connection: Opening) => object | string | undefined | Promise<unknown>;
  /** Returns the frame that leaves a conversation; called `linger` ms after its last listener has unsubscribed. */
  leave?: (conversationId: ConversationId) => object | string | undefined;
  /**
   * The acknowledgement of a message: the path of its client id in a received frame, or a function. Results of
   * {@link sendMessage} are then `delivered`, and a message whose acknowledgement is missing when the connection ends is
   * sent again on the next one. Set it only if the server stores a repeated client id once, or with `resend: false`.
   */
  ack?: string | ((frame: any) => string | Acknowledgement | null | undefined);
  /** With `ack`: `false` fails a message instead of sending it again. The server may have stored it. Default: `true`. */
  resend?: boolean;
  /**
   * Whether to connect again after the server has closed the connection with this code; `undefined` decides by the code
   * as usual. For servers that close with 1000 when they restart, which otherwise ends the connection.
   */
  reconnect?: (code: number, reason: string) => boolean | undefined;
}

/** What listeners receive of a frame: see {@link Adapter.incoming}. */
export interface Delivery {
  /** The conversation; `null` for the listeners of all conversations only. Not needed with `sockets: "each"`. */
  conversationId?: ConversationId | null;
  /** What the listeners receive. Default: the received frame. */
  frame?: unknown;
}

/** A message to send: see {@link Adapter.outgoing}. */
export interface OutgoingMessage {
  /** The conversation that the message is for. */
  conversationId: ConversationId;
  /** The argument of {@link sendMessage}. */
  message: any;
  /** The argument of {@link sendMessage}, if there was one. */
  type?: string;
  /** Identifies the message among those of its sender: the option `clientId` of {@link sendMessage}, or a unique id. */
  clientId: string;
}

/** A request for a conversation's history and its answer: see {@link Adapter.history}. */
export interface AdapterHistory {
  /** Returns the frame that requests the history. */
  request: (conversationId: ConversationId) => object | string;
  /**
   * Returns the messages if a received frame is an answer, else `undefined`. The conversation's listeners then receive a
   * {@link HistoryMessage} in place of the frame. An answer without a conversation belongs to the oldest request that has
   * not been answered on this connection.
   */
  answer?: (frame: any) => any[] | undefined;
}

/** The acknowledgement of a message: see {@link Adapter.ack}. */
export interface Acknowledgement {
  /** The client id of the message. */
  clientId: string;
  /** The server's id of the message, for the result. */
  messageId?: number | string;
  /** Why the server has refused the message. The result is then `failed`. */
  reason?: string;
}

/** A new connection: see {@link Adapter.onOpen} and {@link Adapter.join}. */
export interface Opening {
  /** The conversation that the connection is for, only with `sockets: "each"`. */
  readonly conversationId?: ConversationId;
  /** Sends a frame at once, before queued frames. Does nothing after the connection has ended. */
  send(frame: object | string): void;
  /**
   * Resolves with the next frame for which `test` returns true, which no listener receives. During `onOpen` it may have
   * been received before this call. Rejects if `test` throws, or if the connection ends.
   *
   * @param test default: any frame
   * @param options with `deliver: true` the listeners receive the frame as well
   */
  waitFor(test?: (frame: any) => unknown, options?: { deliver?: boolean }): Promise<any>;
}

/** How to keep a connection to a server with layer 0 alive: see {@link Options.keepalive}. */
export type Keepalive =
  | { every: number; frame: object | string; ping?: undefined; pong?: undefined }
  | { every?: undefined; frame?: undefined; ping: object | string; pong: object | string }
  | { every: number; frame: object | string; ping: object | string; pong: object | string };

/** The options of {@link configure}. */
export interface Options {
  // options
  /**
   * The address, or a function (sync or async) that the client calls before every attempt, for tokens.
   *
   * Relative addresses are resolved against the page; `http:` becomes `ws:`, and `https:` becomes `wss:`.
   *
   * Must be a ws:, wss:, http:, https: or relative URL, or a function that returns one. Default: `/ws/inbox/` on the
   * page's origin.
   */
  url?: string | URL | ((socket: SocketOf) => string | URL | Promise<string | URL>);
  /**
   * Who is signed in: a name that is the same each time, or `null` if no user is signed in. You can change this
   * option at any time.
   *
   * On each change the client closes the connection, fails all queued messages and forgets its cursors; then it opens
   * a new connection, or with `null` stays closed as after {@link disconnect}.
   *
   * Without it, a server that does not answer `hello` receives the last user's queued messages on the next user's
   * connection: the client cannot tell the two apart. You don't need it if the page reloads on sign-out, or calls
   * {@link disconnect} then.
   *
   * Must be a string, a number or null. Default: not set.
   */
  user?: string | number | null;
  /**
   * Delays before the attempts to reconnect, in ms. The last one repeats.
   *
   * Must be a non-empty array of numbers of milliseconds ≥ 0. Default: `[500, 2000, 5000, 10000, 30000]`.
   */
  reconnectDelays?: number[];
  /**
   * Random variation of each delay as a fraction of it, 0 to 1 (0.2 = ±20 %). The first delay varies by 0.2 at most,
   * and no delay exceeds the longest one.
   *
   * Must be a number from 0 to 1. Default: `1`.
   */
  jitter?: number;
  /**
   * Attempts to reconnect before the client gives up. `Infinity` never gives up.
   *
   * Must be an integer ≥ 0, or Infinity. Default: `10`.
   */
  maxAttempts?: number;
  /**
   * Time limit for one attempt in ms, including the call of `url`.
   *
   * Must be a number of milliseconds ≥ 1. Default: `5000`.
   */
  connectTimeout?: number;
  /**
   * How long the connection stays open after the last listener unsubscribes, in ms.
   *
   * Must be a number of milliseconds ≥ 0. Default: `250`.
   */
  linger?: number;
  /**
   * Maximum number of queued frames. Further frames fail.
   *
   * Must be an integer ≥ 0. Default: `1000`.
   */
  queueLimit?: number;
  /**
   * Maximum size of a sent frame in bytes of UTF-8. Larger frames fail at once.
   *
   * A server closes the connection each time it receives a frame over its limit.
   *
   * Must be an integer ≥ 1. Default: `65536`.
   */
  messageLimit?: number;
  /**
   * Maximum size of a received frame in UTF-16 code units. Larger frames are dropped.
   *
   * Must be an integer ≥ 1. Default: `1048576`.
   */
  frameLimit?: number;
  /**
   * Maximum ping interval in ms, 1000 or more.
   *
   * Must be a number of milliseconds ≥ 1000. Default: set by the server.
   */
  heartbeat?: number;
  /**
   * For servers with layer 0: `{ every, frame }` sends your frame at this interval in ms, 1000 or more; `{ ping, pong
   * }` replies to the server's own ping.
   *
   * Proxies close a connection without traffic, many after a minute. Layer 1 has a heartbeat and doesn't need this.
   *
   * A received frame that has all members of `ping` is answered with `pong` and reaches no listener. Objects are sent
   * as JSON and strings as they are; a `ping` that is a string is compared with the whole frame.
   *
   * Must be { every, frame }, { ping, pong } or both: a number of milliseconds ≥ 1000, and frames. Default: none.
   */
  keepalive?: Keepalive;
  /**
   * The highest layer to offer. `0` never offers acknowledged delivery, for servers that fail on unknown frames.
   *
   * Must be 0 or 1. Default: `1`.
   */
  protocol?: 0 | 1;
  /**
   * The WebSocket subprotocols to offer, or a function (sync or async) that the client calls before every attempt.
   *
   * A browser closes the connection if the server selects none of them.
   *
   * Must be a string, an array of strings, or a function that returns one. Default: none.
   */
  protocols?: string | string[] | ((socket: SocketOf) => string | string[] | Promise<string | string[]>);
  /**
   * With `"each"` every conversation has its own connection, which closes after its last listener. `url` must then be
   * a function of `{ conversationId }`.
   *
   * A first step for applications whose server has a socket for each conversation. All received frames of a
   * connection belong to its conversation; layer 1 is off. The state is that of a conversation: {@link
   * getState}`(conversationId)`.
   *
   * Must be "one" or "each". Default: `"one"`.
   */
  sockets?: "one" | "each";
  /**
   * How to read and write the frames of a server that has its own wire protocol. Layer 1 is off with it.
   *
   * Must be an object. Default: none.
   */
  adapter?: Adapter;
  /**
   * `true` lets all tabs of this browser that have the same `user` and `url` share one connection. It requires `user`
   * and a server with layer 1.
   *
   * One tab has the WebSocket, and the others use it through that tab. If it is closed, crashes or freezes, another
   * one takes over. Each tab receives every message once and in order, as without this option. Pages on plain
   * `http:`, other than localhost, and sandboxed frames open a WebSocket each.
   *
   * `disconnect()` ends the connection of all these tabs. Tabs whose `url` is a function count as having the same
   * one; for more than one inbox, give each a name instead of `true`.
   *
   * Must be true, false or a name. Default: `false`.
   */
  share?: boolean | string;
  /**
   * `true` keeps messages that wait in this browser's storage, so that they survive a reload, a crash and the end of
   * the browser. It requires `user`.
   *
   * A message is in IndexedDB before the client sends it, unless that takes longer than a second, and stays there
   * until the server has acknowledged it or the application discards it: see {@link pending}. `disconnect()` and
   * another `user` delete all messages of this user.
   *
   * The messages of one user and one `url` belong together. If `url` is a function, the messages of all inboxes do;
   * for more than one inbox, give each a name instead of `true`.
   *
   * Must be true, false or a name. Default: `false`.
   */
  persist?: boolean | string;
  /**
   * `true` logs every state change and every frame, in production too; `false` logs nothing, not even warnings.
   *
   * In a browser, `localStorage["inbox-socket.debug"] = 1` does the same as `true` without a new build.
   *
   * Must be true or false. Default: warnings, in development only.
   */
  debug?: boolean;
  /**
   * `core.wasm` as a separate file: its URL, a response, its bytes or a compiled module.
   *
   * The URL is the one of `inbox-socket/core.wasm`. With `adapter` or `sockets`, `inbox-socket/adapter.wasm` is
   * enough, which is smaller; `share` needs `inbox-socket/shared.wasm`. A separate file can be compiled while it is
   * loading.
   *
   * Must be the URL of core.wasm, a Response, its bytes or a WebAssembly.Module. Default: inlined.
   */
  wasm?: string | URL | Response | Promise<Response> | BufferSource | WebAssembly.Module;
  // /options
}

/** A subscription, with the state of the shared connection as live getters. */
export interface Chat<Message extends object = InboxMessage> extends ConnectionState {
  /** The last frame that this subscription received, or `null`. */
  readonly lastMessage: InboxFrame<Message> | null;
  /** The conversation's messages that wait or have failed: see {@link pending}. */
  readonly pending: readonly PendingMessage[];
  /** Sends a message, or queues it until the connection is open. See {@link sendMessage}. */
  readonly sendMessage: typeof sendMessage;
  /** Requests a conversation's history. See {@link requestMessages}. */
  readonly requestMessages: typeof requestMessages;
  /** Connects now. See {@link retry}. */
  readonly retry: typeof retry;
}

/** The subscription that the root entry's `useWebSocket` returns. It lasts until you call `release()`. */
export interface ChatHandle<Message extends object = InboxMessage> extends Chat<Message> {
  /** Unsubscribes. The connection closes after the last listener. Further calls have no effect. */
  release(): void;
}

/**
 * Subscribes to a conversation, and connects if there is no connection yet.
 *
 * @param conversationId receives only frames whose `conversation_id` is strictly equal (`===`); `null` and `undefined`
 *   receive every frame, including those without a `conversation_id`
 * @param onMessage called with each frame. All listeners share one parsed object. If `onMessage` throws, the error is
 *   reported as uncaught, and the other listeners are still called
 * @param options where the subscription begins
 * @throws TypeError if an argument has another type
 */
export function useWebSocket<Message extends object = InboxMessage>(
  conversationId: ConversationId | null | undefined,
  onMessage?: Listener<Message> | null,
  options?: SubscribeOptions,
): ChatHandle<Message>;

/**
 * Subscribes to a conversation like {@link useWebSocket}, and returns only the function that unsubscribes.
 *
 * @param options where the subscription begins
 * @returns the function that unsubscribes; further calls of it have no effect
 * @throws TypeError if an argument has another type
 */
export function subscribe<Message extends object = InboxMessage>(
  conversationId: ConversationId | null | undefined,
  listener: Listener<Message>,
  options?: SubscribeOptions,
): () => void;

/**
 * Sends `{conversation_id, message, type}`. While there is no connection, the client queues messages and sends them in
 * order once it is open. Without a listener, the client opens a connection for the message.
 *
 * @param conversationId a number or a string
 * @param message a non-empty string, or any other value that can be serialized to JSON
 * @param type default `"TEXT"`
 * @param options whether the message may wait, and its id
 * @returns the result. The promise never rejects, so you don't have to await it; invalid arguments resolve to `failed`
 */
export function sendMessage(
  conversationId: ConversationId,
  message: unknown,
  type?: string,
  options?: SendOptions,
): Promise<SendResult>;

/**
 * Sends a custom frame, such as `{action: "typing", conversation_id: 2}`, queued like a message. Servers don't
 * acknowledge custom frames.
 *
 * @param frame an object that can be serialized to JSON; with an {@link Adapter} also a string, which is sent as it is
 * @param options whether the frame may wait, and on which connection to send it
 * @returns resolves to `sent` or `failed`
 */
export function send(frame: object | string, options?: FrameOptions): Promise<SendResult>;

/**
 * Requests a conversation's history with `{action: "get_messages", conversation_id}`. The conversation's listeners
 * receive the reply, a {@link HistoryMessage}.
 *
 * @returns whether the request was sent: `sent` or `failed`
 */
export function requestMessages(conversationId: ConversationId): Promise<SendResult>;

/** Connects now: during a delay, during an attempt that hangs, or after the client has given up. */
export function retry(): void;

/**
 * Closes the connection with code 1000, fails all queued frames and forgets the cursors. Call it on logout. The
 * connection stays closed until you call `retry()`, send a frame, or add a first listener. The client then doesn't
 * fetch the messages sent meanwhile, because another user may have signed in.
 */
export function disconnect(): void;

/**
 * Sets options. Call it before anything subscribes or sends; later calls merge with earlier ones. Once the connection
 * is in use, it accepts only identical options, as after hot reloading: a function counts as identical to any other,
 * and the first one stays in use. Only `user` can change at any time: `configure({ user: 7 })`.
 *
 * @throws TypeError if an option is invalid; the message names the option, its value and the expected values
 * @throws Error if the connection is in use and an option other than `user` differs
 */
export function configure(options: Options): void;

/**
 * Returns the current state: the same object until it changes, so you can compare it with `===`.
 *
 * @param conversationId with `sockets: "each"`, the conversation whose connection is meant; without it, the state of all
 *   connections together: connected if all are
 */
export function getState(conversationId?: ConversationId | null): ConnectionState;

/**
 * Calls `listener` after each change of the state, which {@link getState} returns. Does not connect.
 *
 * @returns the function that unsubscribes
 */
export function subscribeState(listener: () => void): () => void;

/**
 * Creates an inbox: its own connection, listeners, queue and options, with all functions of this page as methods. The
 * functions of this module are those of the page's default inbox. For a page of two backends, and for tests.
 *
 * @throws TypeError if an option is invalid
 */
export function createInbox(options?: Options): Inbox;

/** An inbox: see {@link createInbox}. */
export interface Inbox {
  /** {@link useWebSocket} of this inbox. */
  readonly useWebSocket: typeof useWebSocket;
  /** {@link subscribe} of this inbox. */
  readonly subscribe: typeof subscribe;
  /** {@link sendMessage} of this inbox. */
  readonly sendMessage: typeof sendMessage;
  /** {@link send} of this inbox. */
  readonly send: typeof send;
  /** {@link requestMessages} of this inbox. */
  readonly requestMessages: typeof requestMessages;
  /** {@link retry} of this inbox. */
  readonly retry: typeof retry;
  /** {@link disconnect} of this inbox. */
  readonly disconnect: typeof disconnect;
  /** {@link configure} of this inbox. */
  readonly configure: typeof configure;
  /** {@link getState} of this inbox. */
  readonly getState: typeof getState;
  /** {@link subscribeState} of this inbox. */
  readonly subscribeState: typeof subscribeState;
  /** {@link getStats} of this inbox. */
  readonly getStats: typeof getStats;
  /** {@link pending} of this inbox. */
  readonly pending: typeof pending;
  /** {@link subscribePending} of this inbox. */
  readonly subscribePending: typeof subscribePending;
  /** {@link resend} of this inbox. */
  readonly resend: typeof resend;
  /** {@link discard} of this inbox. */
  readonly discard: typeof discard;
}

/**
 * Returns the messages that wait to be acknowledged or have failed, oldest first, after a reload as before it: the same
 * array until one of them changes. Empty without the option `persist`, and before the first subscription or message, which
 * loads the messages of an earlier page.
 *
 * @param conversationId only those of this conversation; without it, those of all
 */
export function pending(conversationId?: ConversationId | null): readonly PendingMessage[];

/**
 * Calls `listener` after each change of the messages that {@link pending} returns. Does not connect.
 *
 * @returns the function that unsubscribes
 */
export function subscribePending(listener: () => void): () => void;

/**
 * Sends a failed message again, under the same client id, after those that wait.
 *
 * @param clientId that of the {@link PendingMessage}
 * @returns the result, as of {@link sendMessage}; `failed` if no message with this id has failed
 */
export function resend(clientId: string): Promise<SendResult>;

/**
 * Forgets a failed message.
 *
 * @param clientId that of the {@link PendingMessage}
 * @returns false if no message with this id has failed
 */
export function discard(clientId: string): boolean;

/** Returns the current counters, or `null` before the core is loaded. */
export function getStats(): ConnectionStats | null;
