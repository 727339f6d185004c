/** A frame of the wire. */
export interface Frame {
  /** Whatever the application, or PROTOCOL.md, gives it. */
  [member: string]: unknown;
}

/** A message as the server has stored it and sends it. */
export interface PostedMessage extends Frame {
  /** Whose listeners hear it. */
  conversation_id: number | string;
  /** Its number within the conversation. Left out on the wire of layer 0. */
  seq: number;
  /** Counts the messages of this server. */
  message_id: number;
  /** `"TEXT"`, unless it was posted as something else. */
  type: string;
  /** When, in ISO 8601. */
  created_at: string;
}

/** What {@link fakeServer} takes. */
export interface FakeServerOptions {
  /** The layer of the wire that the server speaks. `1` acknowledges messages, `0` does not. Default `1`. */
  protocol?: 0 | 1;
  /** The `sender_id` of the messages that the page sends. Default `1`. */
  userId?: number | string;
}

/**
 * A server without a network. Every `WebSocket` that is made while it is in use leads to it.
 *
 * In a test of React, what changes a component is done within `act()`, as ever: `await act(() => server.connection())`,
 * `act(() => connection.send({ … }))`, `await act(() => server.advance(600))`.
 */
export interface FakeServer {
  /** Every connection there has been, oldest first. */
  readonly connections: readonly FakeConnection[];
  /** The addresses of all attempts to connect, successful or not. */
  readonly attempts: readonly string[];

  /** The next connection: the first that was not taken before, now or when it opens. */
  connection(): Promise<FakeConnection>;

  /** Accepts whoever connects from now on, and those who hang. This is how it begins. */
  accept(): void;
  /**
   * Refuses whoever connects from now on, and those who hang. Connections that are open stay so; `drop()` them.
   *
   * @param code accepts, and closes with this code, as a server does that tells why: `4401`, `4403`
   */
  refuse(code?: number): void;
  /** Leaves whoever connects from now on without an answer, until `accept()` or `refuse()`. */
  hang(): void;

  /** Stores messages that are sent, acknowledges them and sends them to all. This is how it begins. */
  acceptMessages(): void;
  /**
   * Refuses messages that are sent, those held included: `sendMessage` resolves to `{status: "failed", reason}`.
   *
   * @param detail the reason
   */
  rejectMessages(detail?: string): void;
  /** Leaves messages that are sent without an answer, until `acceptMessages()` or `rejectMessages()`. */
  holdMessages(): void;

  /**
   * A message from somebody else: stored, and sent to every connection. A page that is not connected fetches it when
   * it is again, as with a real server (of layer 1).
   */
  post(message: { conversation_id: number | string; [member: string]: unknown }): PostedMessage;

  /**
   * Moves the connection's time on, and lets everything happen that would within it: waits end, attempts time out.
   * Nobody else's time moves. A wait before a reconnection strays by up to a fifth: 600 ms is enough for the first.
   */
  advance(ms: number): Promise<void>;

  /**
   * Puts the page's own `WebSocket` back, ends all subscriptions and forgets the connection, so that the next test
   * begins with nothing but what `configure()` was told. Call it at the end of each test.
   */
  restore(): void;
}

/** The server's end of one connection. */
export interface FakeConnection {
  /** The address that was asked for, parameters included. */
  readonly url: string;
  /** It was neither closed nor dropped, by either side. */
  readonly isOpen: boolean;
  /**
   * The frames that the application has sent through it, oldest first. What the library says for itself (`hello`,
   * `sync`, `ping`, a message's `client_id`) is left out.
   */
  readonly frames: readonly Frame[];
  /** Resolves when it is closed, by either side; `1006` is a connection that was dropped. */
  readonly closed: Promise<{ code: number; reason: string }>;

  /**
   * The first frame that is as expected, whether it has come already or will.
   *
   * @param expected members that it has, among others, or a function that tells
   */
  received(expected: Frame | ((frame: Frame) => boolean)): Promise<Frame>;
  /**
   * Sends a frame, or these very characters. Listeners have been called when this returns.
   *
   * @throws Error when the connection is closed
   */
  send(frame: Frame | string): void;
  /** Closes it with a code of the server's. Default `1000`. */
  close(code?: number, reason?: string): void;
  /** Ends it without a word, as a lost network does. */
  drop(): void;
}

/**
 * Replaces `WebSocket` by one that leads to a server of the test's own, until its `restore()`. The page's connection
 * begins anew.
 *
 * @throws Error when one is in use
 */
export function fakeServer(options?: FakeServerOptions): FakeServer;

/**
 * Begins anew without a fake server: ends all subscriptions and forgets the connection, but not what `configure()`
 * was told. For those who replace `WebSocket` by other means.
 */
export function reset(): void;
