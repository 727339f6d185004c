import type { ConversationId, Frame, Storage, UserId } from "./index.js";

/** A storage in memory, for tests and samples: everything is lost with the process. */
export class MemoryStorage implements Storage {
  /** @param names the names of users, for `sender_name` */
  constructor(names?: Record<UserId, string>);
  /** The messages of each conversation, oldest first. */
  readonly messages: Map<ConversationId, Frame[]>;
  /** Creates a conversation. */
  create(conversationId: ConversationId, userIds: UserId[]): void;
  /** Adds a user, who receives the messages from now on. */
  join(conversationId: ConversationId, userId: UserId): void;
  /** Removes a user. */
  leave(conversationId: ConversationId, userId: UserId): void;
  /** Deletes all messages except the newest `keep`. */
  prune(conversationId: ConversationId, keep: number): void;
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
