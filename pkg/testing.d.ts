/** A frame: a JSON object. */
export interface Frame {
  /** A member that the application or PROTOCOL.md defines. */
  [member: string]: unknown;
}

/** A message as the server stores and sends it. */
export interface PostedMessage extends Frame {
  /** The conversation whose listeners receive the message. */
  conversation_id: number | string;
  /** The number of the message within its conversation. The server omits it with layer 0. */
  seq: number;
  /** The id of the message: 1, 2, 3 …, across all conversations. */
  message_id: number;
  /** `"TEXT"` unless the message was sent or posted with another type. */
  type: string;
  /** When the server stored the message: ISO 8601 in UTC. */
  created_at: string;
}

/** The options of {@link fakeServer}. */
export interface FakeServerOptions {
  /**
   * The highest layer that the server speaks. Layer 1 acknowledges messages, layer 0 does not. Default `1`.
   *
   * `null` is for pages with an `adapter`: the server reads and answers no frame. The test does, with the `received()` and
   * `send()` of the connection.
   */
  protocol?: 0 | 1 | null;
  /** The `sender_id` of the messages that the page sends. Default `1`. */
  userId?: number | string;
}

/**
 * A server without a network. Every `WebSocket` that the page creates before `restore()` connects to it.
 *
 * With React, wrap each call that changes a component in `act()`: `await act(() => server.connection())`,
 * `act(() => connection.send({ … }))`, `await act(() => server.advance(600))`.
 */
export interface FakeServer {
  /** All connections so far, oldest first. */
  readonly connections: readonly FakeConnection[];
  /** The URLs of all attempts to connect, successful or not. */
  readonly attempts: readonly string[];

  /**
   * Resolves to the next connection, now or when it opens: the first that no earlier call returned.
   *
   * @throws Error if none opens within 2,000 ms
   */
  connection(): Promise<FakeConnection>;

  /** Accepts all further attempts to connect, and those left unanswered. This is the default. */
  accept(): void;
  /**
   * Refuses all further attempts to connect, and those left unanswered. Open connections stay open; call `drop()` to
   * end one.
   *
   * @param code accepts each attempt and then closes the connection with this code, such as `4401` or `4403`
   */
  refuse(code?: number): void;
  /** Leaves all further attempts to connect unanswered until `accept()` or `refuse()`. */
  hang(): void;

  /**
   * Stores the messages that the page sends, and those held, sends them to every connection, and with layer 1
   * acknowledges them. This is the default.
   */
  acceptMessages(): void;
  /**
   * Refuses the messages that the page sends, and those held: `sendMessage` resolves to `{status: "failed", reason}`.
   *
   * @param detail the reason
   */
  rejectMessages(detail?: string): void;
  /** Holds the messages that the page sends until `acceptMessages()` or `rejectMessages()`. */
  holdMessages(): void;

  /**
   * Stores a message from another user, and sends it to every connection. With layer 1, a page that is offline fetches
   * it on its next connection.
   */
  post(message: { conversation_id: number | string; [member: string]: unknown }): PostedMessage;

  /**
   * Moves the connection's clock forward; delays end and attempts time out as they would. Your own timers are not
   * affected. The first delay before a reconnection is at most 600 ms by default (500 ms ± 20 %).
   *
   * @param ms milliseconds
   */
  advance(ms: number): Promise<void>;

  /**
   * Restores the page's `WebSocket`, ends all subscriptions and forgets the connection. Only `configure()` options
   * persist, so the next test starts clean. Call it at the end of each test.
   */
  restore(): void;
}

/** The server's end of one connection. */
export interface FakeConnection {
  /** The requested URL, including its query. */
  readonly url: string;
  /** Whether the connection is open: neither side has closed or dropped it. */
  readonly isOpen: boolean;
  /**
   * The frames that the application has sent, oldest first. The client's own frames (`hello`, `sync`, `ping`) and each
   * message's `client_id` are omitted. With `protocol: null`, all frames: parsed if they are a JSON object or array.
   */
  readonly frames: readonly any[];
  /** Resolves when either side closes the connection. The code of a dropped connection is `1006`. */
  readonly closed: Promise<{ code: number; reason: string }>;

  /**
   * Resolves to the first expected frame, now or when it arrives.
   *
   * @param expected members that the frame must have, its text, or a function that returns `true` for the frame
   * @throws Error if none arrives within 2,000 ms
   */
  received(expected: object | string | ((frame: any) => boolean)): Promise<any>;
  /**
   * Sends an object or array as JSON, or a string as it is. Listeners have run when this returns.
   *
   * @throws Error if the connection is closed
   */
  send(frame: object | string): void;
  /** Closes the connection with this code. Default `1000`. */
  close(code?: number, reason?: string): void;
  /** Ends the connection without a close frame, as a lost network does. */
  drop(): void;
}

/**
 * Replaces `WebSocket` by one that connects to a new fake server, until you call `restore()`. Ends all earlier
 * subscriptions and forgets the connection, but not the options of `configure()`. The inboxes of `createInbox()` use the
 * server too.
 *
 * @throws Error if a fake server is in use
 */
export function fakeServer(options?: FakeServerOptions): FakeServer;

/**
 * Ends all subscriptions and forgets the connection of each inbox, but not the options of `configure()`. Call it between tests if you
 * replace `WebSocket` by other means than {@link fakeServer}.
 */
export function reset(): void;
