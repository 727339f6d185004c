import type { Chat, ConversationId, InboxMessage, Listener } from "./index.js";

export type {
  Chat, ConnectionState, ConversationId, ErrorCode, ErrorMessage, GapMessage, HistoryMessage, InboxFrame, InboxMessage,
  Listener, SendResult,
} from "./index.js";

/**
 * Listens to a conversation for as long as the component is mounted. All such components of a page share one
 * WebSocket. The component renders again only when a member that it has read has changed.
 *
 * @param conversationId only frames whose `conversation_id` is this very value are heard (`2` is not `"2"`);
 *   `null` and `undefined` hear every frame: the inbox list
 * @param onMessage called with each frame; the latest function passed is the one called, and changing it
 *   does not subscribe anew
 * @returns the connection's members; nothing of it is thrown. A `conversationId` of another type throws a TypeError
 *   when the component is mounted
 */
export function useWebSocket<Message extends object = InboxMessage>(
  conversationId: ConversationId | null | undefined,
  onMessage?: Listener<Message> | null,
): Chat<Message>;
