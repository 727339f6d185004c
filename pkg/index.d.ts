/** Names a conversation. Compared as `===` does: `2` is not `"2"`, and `0` is an id. */
export type ConversationId = number | string;

/** A message as the server sends it. A server may add members of its own: give your own type where you subscribe. */
export interface InboxMessage {
  conversation_id?: ConversationId;
  message?: string;
  /** `"TEXT"` unless the sender said otherwise. */
  type?: string;
  sender_id?: number | string;
  /** Set on frames that are not chat messages, for example `"messages_response"`. */
  action?: string;
  [member: string]: unknown;
}

/**
 * Told to a conversation's listeners when messages are missing that the server no longer has: those with a `seq`
 * above `after` and below `before`. A page reloads the conversation instead of showing a silent hole.
 */
export interface GapMessage {
  action: "gap";
  conversation_id: ConversationId;
  after: number;
  before: number;
}

/** How a frame that was handed over for sending ended. The promise of it never rejects. */
export type SendResult =
  /** The server has stored it. `messageId` is the server's name for it. */
  | { status: "delivered"; messageId?: number | string }
  /** An open connection took it, and the server acknowledges nothing: this is all that can be known. */
  | { status: "sent" }
  /** It will not be sent; `reason` is a sentence for a person. */
  | { status: "failed"; reason: string };

/** The state of the page's one connection. */
export interface ConnectionState {
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
  framesOut: number;
  charactersIn: number;
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

export interface Options {
  /**
   * Where to connect to: an address, or a function that gives one, asked before every attempt (for a token; it
   * may be async, and is never asked twice at once). Relative addresses count from the page; `http:` is read as
   * `ws:`. Default: `/ws/inbox/` on the page's own origin, `wss:` on an `https:` page.
   */
  url?: string | URL | (() => string | URL | Promise<string | URL>);
  /** Waits before each attempt to reconnect, in ms; the last one repeats. Default `[500, 2000, 5000, 10000, 30000]`. */
  reconnectDelays?: number[];
  /** How far each wait may stray to either side, as a fraction of it, 0 to 1. Default `0.2`. */
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
  /** How often to ask the server for a sign of life at least, in ms, where it announces a longer time itself. */
  heartbeat?: number;
  /**
   * The highest layer of the wire to offer. `1`: acknowledged delivery, agreed upon with a server that knows it.
   * `0`: never say `hello`, for a server that cannot bear a frame that it does not know. Default `1`.
   */
  protocol?: 0 | 1;
  /**
   * The core as a file of its own, for those who prefer streaming compilation to the inlined copy: the address
   * of `inbox-socket/core.wasm`, a response, its bytes or a compiled module.
   */
  wasm?: string | URL | Response | Promise<Response> | BufferSource | WebAssembly.Module;
}

/** A part in the connection, with the connection's members as live getters. */
export interface Chat<Message = InboxMessage> extends ConnectionState {
  /** The last message this listener was given, `null` before one. */
  readonly lastMessage: Message | null;
  readonly sendMessage: typeof sendMessage;
  readonly requestMessages: typeof requestMessages;
  readonly retry: typeof retry;
}

/** What the root entry's `useWebSocket` gives: somebody has to end it. */
export interface ChatHandle<Message = InboxMessage> extends Chat<Message> {
  /** Ends the subscription. The last one to leave closes the connection. Calling it again does nothing. */
  release(): void;
}

/**
 * Listens to a conversation, and connects if nobody has yet.
 *
 * @param conversationId only messages whose `conversation_id` is this very value are heard; `null` and `undefined`
 *   hear every message
 * @param onMessage called with each message as it was parsed; the object is shared with the other listeners
 * @throws TypeError where an argument is of another type
 */
export function useWebSocket<Message = InboxMessage>(
  conversationId: ConversationId | null | undefined,
  onMessage?: ((message: Message) => void) | null,
): ChatHandle<Message>;

/** Listens to a conversation; the function returned ends it. See {@link useWebSocket}. */
export function subscribe<Message = InboxMessage>(
  conversationId: ConversationId | null | undefined,
  listener: (message: Message) => void,
): () => void;

/**
 * Sends `{conversation_id, message, type}`. Without a connection it is queued, kept in order and sent as soon as
 * there is one. May be called without a listener: the connection is then opened for it.
 *
 * @param message a text that is not empty, or any other value that JSON can hold
 * @param type default `"TEXT"`
 */
export function sendMessage(conversationId: ConversationId, message: unknown, type?: string): Promise<SendResult>;

/** Sends a frame of the application's own, queued like a message. */
export function send(frame: object): Promise<SendResult>;

/**
 * Asks for a conversation's history with `{action: "get_messages", conversation_id}`. The reply, a message whose
 * `action` is `"messages_response"`, arrives at that conversation's listeners.
 */
export function requestMessages(conversationId: ConversationId): Promise<SendResult>;

/** Connects now: during a wait, during an attempt that hangs, after giving up. */
export function retry(): void;

/**
 * Closes the connection with code 1000 and fails what is queued: for logging out. It stays closed until somebody
 * asks for it again, by `retry()`, by sending, or as the first new listener.
 */
export function disconnect(): void;

/**
 * Sets options: once, before anything else is called.
 *
 * @throws TypeError naming the option, its value and what was expected
 * @throws Error when the connection has been used already
 */
export function configure(options: Options): void;

/** The state now: the same object until it changes. */
export function getState(): ConnectionState;

/** Calls back whenever the state has changed; the function returned ends it. */
export function subscribeState(listener: () => void): () => void;

/** The counters now, or `null` while the core has not been loaded. */
export function getStats(): ConnectionStats | null;
