/** Names a conversation. Compared as `===` does: `2` is not `"2"`, and `0` is an id. */
export type ConversationId = number | string;

/**
 * A chat message as the server sends it. A server may add members of its own: extend this, or say what yours looks
 * like, and give that type where you listen: `useWebSocket<Mine>(2, …)`.
 */
export interface InboxMessage {
  /** Whose listeners hear it. */
  conversation_id: ConversationId;
  /** The text. */
  message: string;
  /** `"TEXT"` unless the sender said otherwise. */
  type: string;
  /** The server's name for who wrote it. */
  sender_id?: number | string;
  /** Who wrote it, for people. */
  sender_name?: string;
  /** The server's name for it. */
  message_id?: number | string;
  /** Its number within the conversation, 1, 2, 3 …, where the server counts. */
  seq?: number;
  /** ISO 8601, in UTC. */
  created_at?: string;
  /** What tells a chat message from the other frames: it has none. */
  action?: undefined;
}

/** A conversation's history: the server's answer to `requestMessages`, oldest message first. */
export interface HistoryMessage<Message extends object = InboxMessage> {
  /** What tells it from a chat message. */
  action: "messages_response";
  /** Whose history it is. */
  conversation_id: ConversationId;
  /** Oldest first. */
  messages: Message[];
  /** There are older ones. */
  has_more?: boolean;
  /** None: this is no chat message. */
  message?: undefined;
}

/**
 * Told to a conversation's listeners when messages are missing that the server no longer has: those with a `seq`
 * above `after` and below `before`. A page reloads the conversation instead of showing a silent hole.
 */
export interface GapMessage {
  /** What tells it from a chat message. */
  action: "gap";
  /** Where messages are missing. */
  conversation_id: ConversationId;
  /** The `seq` of the last message before the hole; 0 where the hole is at the beginning. */
  after: number;
  /** The `seq` of the first message behind it. */
  before: number;
  /** None: this is no chat message. */
  message?: undefined;
}

/**
 * The server refused a frame. Told to the listeners of the conversation that it names, and where it names none to
 * those who hear everything. Of a message whose delivery is acknowledged, `sendMessage` tells it instead.
 */
export interface ErrorMessage {
  /** What tells it from a chat message. */
  action: "error";
  /** Why, for a program. */
  code: ErrorCode | (string & {});
  /** A sentence for a person. */
  detail?: string;
  /** The `client_id` or else the `id` of the frame refused. */
  ref?: string | number | null;
  /** The conversation that the refused frame named. */
  conversation_id?: ConversationId;
  /** In ms: until then it is refused again. Where there is none, the refusal is final. */
  retry_after?: number;
  /** None: this is no chat message. */
  message?: undefined;
}

/** Why a server of PROTOCOL.md refuses a frame. Others may have codes of their own. */
export type ErrorCode =
  | "bad_json"
  | "bad_frame"
  | "unknown_action"
  | "not_found"
  | "too_large"
  | "rate_limited"
  | "internal";

/**
 * What listeners hear: the application's messages, and frames about them, told apart by their `action`. A message has
 * none:
 *
 * ```ts
 * if (frame.action === undefined) show(frame.message);
 * else if (frame.action === "messages_response") showAll(frame.messages);
 * ```
 *
 * A server's frames with an `action` of its own are heard as well. Add them to the type of your messages:
 * `InboxFrame<InboxMessage | Typing>`, where `Typing` has `action: "typing"`.
 */
export type InboxFrame<Message extends object = InboxMessage> =
  | WithAction<Message>
  | HistoryMessage<Exclude<Message, { action: string }>>
  | GapMessage
  | ErrorMessage;

/** A type of messages says nothing of an `action`; said here that they have none, they can be told by it. */
type WithAction<Message extends object> = Message extends { action: string } ? Message : Message & { action?: undefined };

/**
 * A listener. One that is written for the application's messages alone is taken as well, `(message: Mine) => void`,
 * though it is called with every {@link InboxFrame}: so that a page's old callbacks need not change.
 */
export type Listener<Message extends object = InboxMessage> = {
  // A method, because only a method may be given that knows fewer frames than it is called with.
  listen(frame: InboxFrame<Message>): void;
}["listen"];

/**
 * How a frame that was handed over for sending ended. The promise of it never rejects.
 *
 * ```ts
 * const result = await sendMessage(2, "Hello");
 * if (result.status === "failed") show(result.reason);
 * ```
 */
export type SendResult =
  /** The server has stored it. `messageId` is the server's name for it. */
  | { status: "delivered"; messageId?: number | string }
  /** An open connection took it, and the server acknowledges nothing: this is all that can be known. */
  | { status: "sent" }
  /** It will not be sent; `reason` is a sentence for a person. */
  | { status: "failed"; reason: string };

/** The state of the page's one connection. */
export interface ConnectionState {
  /** Frames can be sent now. What is sent while it is false waits in a queue. */
  readonly isConnected: boolean;
  /** An attempt is under way, or the core is being loaded. */
  readonly isConnecting: boolean;
  /** The text for a banner; `null` when all is well or nobody listens. */
  readonly error: string | null;
  /** Attempts to reconnect since the connection was last open. */
  readonly reconnectAttempts: number;
}

/** Counts since the page was loaded. Characters are UTF-16 code units, as `String.length` counts them. */
export interface ConnectionStats {
  /** Attempts to open a WebSocket, successful or not. */
  attempts: number;
  /** WebSockets that opened. */
  handshakes: number;
  /** Attempts made after the first had failed or a connection was lost. */
  reconnections: number;
  /** Frames received, dropped ones included. */
  framesIn: number;
  /** The page's own frames sent; what the library says for itself is not among them. */
  framesOut: number;
  /** Characters received. */
  charactersIn: number;
  /** Characters of the frames sent. */
  charactersOut: number;
  /** Frames parsed: one parse each, however many listeners there are. */
  framesParsed: number;
  /** Calls of listeners. */
  framesDelivered: number;
  /** Frames that were not text, not a JSON object, or longer than `frameLimit`. */
  framesDropped: number;
  /** Messages that came twice, and were heard once. */
  duplicates: number;
  /** Messages that were missed and fetched. */
  recovered: number;
  /** Holes that the server's history could not fill; each was told as a {@link GapMessage}. */
  gaps: number;
  /** Signs of life asked for. */
  pings: number;
  /** The server acknowledges and numbers messages on the present connection. */
  assured: boolean;
  /** Listeners now. */
  listeners: number;
  /** Frames waiting to be sent now. */
  queued: number;
  /** Time connected in all, in ms. */
  connectedMs: number;
}

/** What keeps a connection alive to a server of layer 0: see {@link Options.keepalive}. */
export type Keepalive =
  | { every: number; frame: object | string; ping?: undefined; pong?: undefined }
  | { every?: undefined; frame?: undefined; ping: object | string; pong: object | string }
  | { every: number; frame: object | string; ping: object | string; pong: object | string };

/** What {@link configure} takes. Times are in milliseconds. */
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
  url?: string | URL | (() => string | URL | Promise<string | URL>);
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
   * Must be { every, frame }, { ping, pong } or both: a number of milliseconds ≥ 1000, and objects or non-empty
   * strings. Default: none.
   */
  keepalive?: Keepalive;
  /**
   * The highest layer to offer. `0` never offers acknowledged delivery, for servers that fail on unknown frames.
   *
   * Must be 0 or 1. Default: `1`.
   */
  protocol?: 0 | 1;
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
   * The URL is the one of `inbox-socket/core.wasm`. A separate file can be compiled while it is loading.
   *
   * Must be the URL of core.wasm, a Response, its bytes or a WebAssembly.Module. Default: inlined.
   */
  wasm?: string | URL | Response | Promise<Response> | BufferSource | WebAssembly.Module;
  // /options
}

/** A part in the connection, with the connection's members as live getters. */
export interface Chat<Message extends object = InboxMessage> extends ConnectionState {
  /** The last frame this listener was given, `null` before one. */
  readonly lastMessage: InboxFrame<Message> | null;
  /** Sends a message, or queues it until it can. See {@link sendMessage}. */
  readonly sendMessage: typeof sendMessage;
  /** Asks for a conversation's history. See {@link requestMessages}. */
  readonly requestMessages: typeof requestMessages;
  /** Connects now. See {@link retry}. */
  readonly retry: typeof retry;
}

/** What the root entry's `useWebSocket` gives: somebody has to end it. */
export interface ChatHandle<Message extends object = InboxMessage> extends Chat<Message> {
  /** Ends the subscription. The last one to leave closes the connection. Calling it again does nothing. */
  release(): void;
}

/**
 * Listens to a conversation, and connects if nobody has yet.
 *
 * @param conversationId only frames whose `conversation_id` is this very value are heard; `null` and `undefined`
 *   hear every frame, those without a `conversation_id` included
 * @param onMessage called with each frame as it was parsed; the object is shared with the other listeners. What it
 *   throws is reported as an uncaught error, and disturbs no other listener
 * @throws TypeError where an argument is of another type
 */
export function useWebSocket<Message extends object = InboxMessage>(
  conversationId: ConversationId | null | undefined,
  onMessage?: Listener<Message> | null,
): ChatHandle<Message>;

/**
 * Listens to a conversation, and connects if nobody has yet: {@link useWebSocket} for those who need the frames alone.
 *
 * @returns what ends it; calling that again does nothing
 * @throws TypeError where an argument is of another type
 */
export function subscribe<Message extends object = InboxMessage>(
  conversationId: ConversationId | null | undefined,
  listener: Listener<Message>,
): () => void;

/**
 * Sends `{conversation_id, message, type}`. Without a connection it is queued, kept in order and sent as soon as
 * there is one. May be called without a listener: the connection is then opened for it.
 *
 * @param conversationId a number or a string
 * @param message a text that is not empty, or any other value that JSON can hold
 * @param type default `"TEXT"`
 * @returns how it ended; it never rejects, and may be ignored. A mistake in the arguments is a failure as well
 */
export function sendMessage(conversationId: ConversationId, message: unknown, type?: string): Promise<SendResult>;

/**
 * Sends a frame of the application's own, such as `{action: "typing", conversation_id: 2}`, queued like a message. The
 * server acknowledges none of these: the promise says `"sent"` or `"failed"`.
 *
 * @param frame an object that JSON can hold
 */
export function send(frame: object): Promise<SendResult>;

/**
 * Asks for a conversation's history with `{action: "get_messages", conversation_id}`. The reply, a frame whose
 * `action` is `"messages_response"`, arrives at that conversation's listeners: a {@link HistoryMessage}.
 *
 * @returns whether the request was sent, not the reply
 */
export function requestMessages(conversationId: ConversationId): Promise<SendResult>;

/** Connects now: during a wait, during an attempt that hangs, after giving up. */
export function retry(): void;

/**
 * Closes the connection with code 1000, fails what is queued and forgets how far was heard: for logging out. It stays
 * closed until somebody asks for it again, by `retry()`, by sending, or as the first new listener; what was said
 * meanwhile is not fetched then, since the next one may be another person.
 */
export function disconnect(): void;

/**
 * Sets options, before anything else is called; what an earlier call has set and this one does not name stays. The same
 * may be told again at any time, as a module does that is reloaded hot; functions count as the same, and the first one
 * stays. The option `user` may change at any time: `configure({ user: 7 })`.
 *
 * @throws TypeError naming the option, its value and what was expected
 * @throws Error when the connection has been used already, with other options
 */
export function configure(options: Options): void;

/** The state now: the same object until it changes, so that it may be compared by `===`. */
export function getState(): ConnectionState;

/**
 * Calls back whenever the state has changed; {@link getState} then has it. It does not connect.
 *
 * @returns what ends it
 */
export function subscribeState(listener: () => void): () => void;

/** The counters now, or `null` while the core has not been loaded. */
export function getStats(): ConnectionStats | null;
