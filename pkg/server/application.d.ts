import type { ConversationId, Draft, Frame, Storage, Stored, UserId } from "./index.js";

/** A result, or with PostgreSQL a promise of one. */
export type Result<T> = T | Promise<T>;

/**
 * What a storage needs of the application: four functions over its own tables. `Client` is the connection on which the
 * function must run its queries, because it may be in a transaction: of `pg` a client or the pool, of SQLite the database.
 */
export interface Application<Client = any> {
  /** Returns the ids of a conversation's users; none if it doesn't exist. */
  participants(conversationId: any, client: Client): Result<Iterable<UserId>>;
  /** Returns the ids of the conversations in which a user takes part. */
  conversations(userId: any, client: Client): Result<Iterable<ConversationId>>;
  /** Inserts a message into the application's table, and returns its id. The user is a participant. */
  create(draft: Draft & { userId: any; conversationId: any }, client: Client): Result<number | string | bigint>;
  /**
   * Returns messages as frames of PROTOCOL.md, in any order, without those that were deleted. `message_id` is required;
   * the storage adds `conversation_id` and `seq`.
   *
   * @param reader the user who receives the frames, if the storage's option `framesDiffer` is true
   */
  load(messageIds: any[], client: Client, reader?: any): Result<Iterable<Frame>>;
  /**
   * Returns the id of the oldest message of a conversation that still exists: for an application that deletes old
   * messages. Without it, a page that was away for long is told about tens of thousands of deleted messages at a time.
   */
  oldest?(conversationId: any, client: Client): Result<number | string | bigint | null | undefined>;
  /**
   * Returns the ids of a conversation's messages, oldest first: for an application that had messages before it had this
   * storage. Their numbers are below that of the conversation's next message. They get them by `backfill`, or when a page
   * requests that part of the history.
   */
  existing?(conversationId: any, client: Client): Result<Iterable<number | string>>;
}

/** The options of a storage. */
export interface StorageOptions {
  /** The types of the application's ids, each `"number"` by default. Pass the same ones to the server. */
  ids?: {
    conversation?: "number" | "string";
    message?: "number" | "string";
    user?: "number" | "string";
  };
  /** Whether a message's frame depends on its reader: then `load` is called for each recipient. Default false. */
  framesDiffer?: boolean;
}

/** A storage with its own tables beside the application's: `inbox_heads`, `inbox_entries` and `inbox_floors`. */
export declare class SqlStorage<Client, Deferred extends "promise" | "value"> implements Storage {
  /** Creates the tables that don't exist yet. */
  migrate(): Promise<void>;
  /**
   * Numbers a message that the application has inserted itself, in the same transaction. Pass the result to
   * `server.publish([…])` once the transaction is committed.
   */
  add(
    client: Client,
    message: { conversationId: ConversationId; messageId: number | string },
  ): Deferred extends "promise" ? Promise<Stored> : Stored;
  /**
   * Records that users take part from now on: their pages get no earlier messages, unless they request the history. Call
   * it in the transaction that adds them. Without this call they get a conversation's whole history.
   */
  joined(
    client: Client,
    conversationId: ConversationId,
    userIds: Iterable<UserId>,
  ): Deferred extends "promise" ? Promise<void> : void;
  /**
   * Numbers the messages that `existing` returns and that have no number yet, newest first, in transactions of up to 500
   * messages. It may be stopped, and continues when it is called again; the server may run meanwhile.
   */
  backfill(conversationIds: Iterable<ConversationId> | AsyncIterable<ConversationId>): Promise<void>;
  /** See {@link Storage}. */
  heads: Storage["heads"];
  /** See {@link Storage}. */
  participants: Storage["participants"];
  /** See {@link Storage}. */
  append: Storage["append"];
  /** See {@link Storage}. */
  after: Storage["after"];
  /** See {@link Storage}. */
  first: Storage["first"];
  /** See {@link Storage}. */
  history: Storage["history"];
}
