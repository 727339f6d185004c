import type { Chat, ConversationId, InboxMessage, Listener } from "./index.js";

export type {
  Chat, ConnectionState, ConversationId, ErrorCode, ErrorMessage, GapMessage, HistoryMessage, InboxFrame, InboxMessage,
  Listener, SendResult,
} from "./index.js";

/**
 * Listens to a conversation for as long as the component lives. All of them share one WebSocket. The members
 * are tracked where they are read; do not take them apart.
 *
 * @param conversationId only frames whose `conversation_id` is this very value are heard (`2` is not `"2"`); `null` and
 *   `undefined` hear every frame: the inbox list. A getter, `() => id`, may change
 * @param onMessage called with each frame
 */
export function useWebSocket<Message extends object = InboxMessage>(
  conversationId: ConversationId | null | undefined | (() => ConversationId | null | undefined),
  onMessage?: Listener<Message> | null,
): Chat<Message>;
