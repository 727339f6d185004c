/** The id of a conversation, a number or a string according to {@link Ids}. */
export type ConversationId = number | string;
/** The id of a user. The server compares user ids with `===`: return them in the type that `authenticate` returns. */
export type UserId = number | string;

/** A frame: a JSON object. */
export interface Frame {
  [member: string]: unknown;
}

/** The types of an application's ids. An id of the other type is rejected. */
export interface Ids {
  /** Default `"number"`. */
  conversation: "number" | "string";
  /** Default `"number"`. */
  message: "number" | "string";
}

/** A message to store. Without a `clientId` a repeated message can't be recognized. */
export interface Draft {
  /** The sender. */
  userId: UserId;
  /** The sender may be no participant of it. */
  conversationId: ConversationId;
  /** 1 to 4,000 characters, not blank. */
  text: string;
  /** 1 to 16 characters from A-Z and _. */
  type: string;
  /** 1 to 64 characters, unique for the sender. */
  clientId?: string;
}

/** A stored message and the users to send it to. */
export interface Stored {
  /** A `Message` of PROTOCOL.md; `conversation_id`, `seq` and `message_id` are required. */
  frame: Frame;
  /** Including the sender. Omitted if the message was stored before. */
  recipients?: Iterable<UserId>;
  /** The frames of those recipients to whom the message looks different. */
  views?: Map<UserId, Frame>;
}

/** What happened to a draft. */
export type Outcome = Stored | Refused;

/** The highest `seq` of a conversation, and the head when the user joined (default 0). */
export interface Head {
  /** 0 if the conversation has no messages. */
  seq: number;
  /** The user's page gets no messages up to this one, unless it requests the history. */
  floor?: number;
}

/** The range `seq` < number ≤ `head` of one conversation. */
export interface Cursor {
  /** The conversation. */
  conversationId: ConversationId;
  /** The messages after this one, */
  seq: number;
  /** up to this one. */
  head: number;
}

/** The functions that the server needs of an application's storage. */
export interface Storage {
  /**
   * How many calls of `append` may run at the same time, for conversations and senders that differ. Default 1. With more,
   * a conversation that the application keeps locked delays no other.
   */
  readonly writers?: number;

  /** Returns every conversation in which the user takes part. */
  heads(userId: UserId): Promise<Map<ConversationId, Head>>;

  /** Returns the users of a conversation; none if it doesn't exist. */
  participants(conversationId: ConversationId): Promise<Iterable<UserId>>;

  /**
   * Stores the messages in one transaction, and returns one outcome for each, in order.
   *
   * For each message: locks the conversation; if the sender has used the `clientId` before, returns the stored message
   * without recipients, regardless of the rest of the draft; if the sender is not a participant, returns
   * {@link notFound}; otherwise assigns the next `seq`. When it resolves everything is committed. If it rejects, nothing
   * is stored, and the server retries the drafts one by one, so that one bad message fails alone.
   */
  append(drafts: Draft[]): Promise<Outcome[]>;

  /**
   * Returns the messages in these ranges, by conversation and `seq`. Deleted messages are absent.
   *
   * The ranges have at most `limit` numbers altogether, so look each number up by its key: a database joins ranges by
   * reading whole conversations.
   *
   * @param userId the reader, for a storage whose frames differ between readers
   */
  after(userId: UserId, cursors: Cursor[], limit: number): Promise<Frame[]>;

  /**
   * Returns the `seq` of the first message in each range that has not been deleted; nothing for a range without one.
   *
   * The ranges may have millions of numbers. If finding the message takes too long, return a lower number: the server
   * reads on from there, and the client asks again. The server calls this only if a page's cursor is older than the
   * history.
   *
   * @param userId the reader
   */
  first(userId: UserId, cursors: Cursor[]): Promise<Map<ConversationId, number>>;

  /**
   * Returns the newest `limit` messages, or the newest ones older than the message `before`; newest first.
   *
   * @param userId the reader, a participant
   */
  history(
    userId: UserId,
    conversationId: ConversationId,
    before: number | string | undefined,
    limit: number,
  ): Promise<Frame[]>;
}

/** Carries texts between the server's processes. It may lose some: clients notice a lost message. */
export interface Broker {
  /** False while texts of other processes would be missed; the server refuses new connections meanwhile. */
  readonly connected: boolean;
  /** Subscribes, and calls `receive` for each text published. After a failure it subscribes again on its own. */
  start(receive: (text: string) => void): Promise<void>;
  /** Publishes a text to every process. Works without `start` as well, to publish only. */
  publish(text: string): Promise<void>;
  /** Ends the subscription and closes the broker's connections. */
  stop(): Promise<void>;
}

/** The limits of one server process. */
export interface Limits {
  /** Frames per second and user. Default 50. */
  framesPerSecond: number;
  /** Frames that a user may send at once. Default 500. */
  framesBurst: number;
  /** Open sockets of one user. Default 200. */
  socketsPerUser: number;
  /** The bytes that may wait for one slow reader; above this its socket is closed with 1013. Default 1 MiB. */
  outboxBytes: number;
}

/**
 * Called with a description that contains no message text. `error` is what was thrown: a database's error may quote the
 * text. The default writes the description, the error's name and its place to the console.
 */
export type OnError = (what: string, error?: unknown) => void;

/** The options of a {@link Server}. */
export interface ServerOptions {
  /** Where the messages are. */
  storage: Storage;
  /** Connects the processes of one site; a single process needs none. */
  broker?: Broker;
  /** Limits other than the default ones. */
  limits?: Partial<Limits>;
  /** The interval in ms at which clients send `ping`; 0 disables pings. Default 25,000. */
  heartbeat?: number;
  /** Default: numbers. */
  ids?: Ids;
  /** Default: writes to the console. */
  onError?: OnError;
  /** Returns the ms of a clock that never goes back. */
  now?: () => number;
}

/** An accepted, authenticated socket, for {@link Server.connect}. */
export interface Transport {
  /** The user who has opened the socket. */
  userId: UserId;
  /** Sends a text frame. Returns a promise that resolves when the frame has left, so that slow readers are noticed. */
  send(text: string): Promise<void> | void;
  /** Closes the socket. */
  close(code: number, reason: string): void;
  /** Resolves to whether the user's login is still valid. */
  recheck?(): Promise<boolean>;
}

/** A user's socket. */
export interface Connection {
  /** The user who has opened the socket. */
  readonly userId: UserId;
  /** Whether the socket has ended or is being closed. */
  readonly isClosed: boolean;
  /**
   * Answers a frame, after all frames received before. Never rejects. Frames received before `closed` are processed after
   * it too, without replies.
   *
   * @param text `null` represents a binary frame
   */
  receive(text: string | null): Promise<void>;
  /** Closes the socket. */
  close(code: number, reason: string): void;
  /** Authenticates the user again. */
  recheck(): Promise<void>;
  /** Removes the connection from the server. Call it when the socket has ended. */
  closed(): void;
}

/** Serves PROTOCOL.md for the sockets of this process. */
export class Server {
  constructor(options: ServerOptions);
  /** The number of open sockets. */
  readonly size: number;
  /** What errors are reported to. */
  readonly onError: OnError;
  /** Subscribes to the broker. Further calls have no effect, unless the first one failed. */
  start(): Promise<void>;
  /** Closes all sockets with 1012, and waits for the messages that are being stored. */
  stop(): Promise<void>;
  /**
   * Returns the connection of a socket. From here on it receives new messages.
   *
   * @throws Closed if the socket must be closed
   */
  connect(transport: Transport): Connection;
  /** Sends committed messages to their recipients, in all processes. */
  publish(messages: Iterable<Stored>): void;
  /** Authenticates the sockets of these users again, in all processes: after a logout or a deactivation. */
  recheck(userIds: Iterable<UserId>): void;
}

/** Thrown by {@link Server.connect}: the socket must be closed with this code and reason. */
export class Closed extends Error {
  constructor(code: number, reason: string);
  /** The code of the close frame. */
  readonly code: number;
  /** The reason in the close frame. */
  readonly reason: string;
}

/** Every `code` that an error frame can have. */
export type Code =
  | "bad_json"
  | "bad_frame"
  | "unknown_action"
  | "not_found"
  | "too_large"
  | "rate_limited"
  | "internal";

/** Rejects a frame: the server replies with an error frame and keeps the connection open. */
export class Refused extends Error {
  /** @param retryAfter in ms, if the rejection is temporary */
  constructor(code: Code, detail: string, retryAfter?: number);
  /** The `code` of the error frame. */
  readonly code: Code;
  /** When the client may try again, in ms; undefined if the rejection is final. */
  readonly retryAfter?: number;
}

/** Returns the same error for a missing conversation and for one of other users. */
export function notFound(): Refused;

/** Connects the servers of one process. */
export class MemoryBroker implements Broker {
  /** See {@link Broker}. */
  readonly connected: Broker["connected"];
  /** See {@link Broker}. */
  start: Broker["start"];
  /** See {@link Broker}. */
  publish: Broker["publish"];
  /** See {@link Broker}. */
  stop: Broker["stop"];
}
