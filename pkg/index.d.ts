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
  /**
   * Where to connect to: an address, or a function that gives one, asked before every attempt (for a token; it
   * may be async, and any thenable will do). Relative addresses count from the page; `http:` is read as
   * `ws:`. Default: `/ws/inbox/` on the page's own origin, `wss:` on an `https:` page.
   */
  url?: string | URL | (() => string | URL | Promise<string | URL>);
  /**
   * Who is signed in: any name that is the same each time, `null` for nobody. **It alone may change at any time**, and should
   * whenever somebody signs in or out: the connection then ends, what is queued fails, and how far was heard is
   * forgotten; with another user a new connection begins, with `null` it stays closed as after {@link disconnect}.
   *
   * Without it, a server that does not answer `hello` gets on the next user's connection what the last user had queued:
   * the page cannot tell the two apart. Where the page is reloaded on signing out, or calls {@link disconnect} then, it is
   * not needed.
   */
  user?: string | number | null;
  /** Waits before each attempt to reconnect, in ms; the last one repeats. Default `[500, 2000, 5000, 10000, 30000]`. */
  reconnectDelays?: number[];
  /**
   * How far each wait may stray to either side, as a fraction of it, 0 to 1; the first wait strays by 0.2 at most, and none
   * is longer than the longest delay. Default `1`: clients that were cut off together come back spread widely.
   */
  jitter?: number;
  /** Attempts to reconnect before giving up; `Infinity` never does. Default `10`. */
  maxAttempts?: number;
  /** How long one attempt may take, asking for the address included, in ms. Default `5000`. */
  connectTimeout?: number;
  /** How long the connection outlives its last listener, in ms. Default `250`. */
  linger?: number;
  /** Frames kept while they cannot be sent; one more fails. Default `1000`. */
  queueLimit?: number;
  /** Longest frame that is read, in UTF-16 code units; a longer one is dropped. Default `1048576`. */
  frameLimit?: number;
  /**
   * Longest frame that is accepted for sending, in bytes of UTF-8; a longer one fails, and would make a server close the
   * connection each time that it is sent. Default `65536`, the wire's limit.
   */
  messageLimit?: number;
  /**
   * What keeps a connection alive to a server of layer 0. Layer 1 has a heartbeat and needs none of it. Proxies close a
   * connection without traffic, many after a minute.
   *
   * - `every` and `frame`: this frame is sent every so many ms, 1000 or more.
   * - `ping` and `pong`: the server's own ping and what answers it. A frame that has all members of `ping` is answered with
   *   `pong` and reaches no listener.
   *
   * An object is sent as JSON, a text as it is; a `ping` that is a text is the whole frame.
   */
  keepalive?: Keepalive;
  /** How often to ask the server for a sign of life at least, in ms, where it announces a longer time itself. */
  heartbeat?: number;
  /**
   * The highest layer of the wire to offer. `1`: acknowledged delivery, agreed upon with a server that knows it.
   * `0`: never say `hello`, for a server that cannot bear a frame that it does not know. Default `1`.
   */
  protocol?: 0 | 1;
  /**
   * Prints each change of state and each frame to the console, and what looks like a mistake together with what to do
   * about it. `false`: not even the latter, which a page in development prints by itself. In a browser,
   * `localStorage["inbox-socket.debug"] = 1` does the same without a new build.
   */
  debug?: boolean;
  /**
   * The core as a file of its own, for those who prefer streaming compilation to the inlined copy: the address
   * of `inbox-socket/core.wasm`, a response, its bytes or a compiled module.
   */
  wasm?: string | URL | Response | Promise<Response> | BufferSource | WebAssembly.Module;
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
