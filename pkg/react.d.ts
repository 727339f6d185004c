import type { Chat, ConversationId, InboxMessage } from "./index.js";

export type { Chat, ConnectionState, ConversationId, InboxMessage, SendResult } from "./index.js";

/**
 * Listens to a conversation for as long as the component is mounted. All such components of a page share one
 * WebSocket. The component renders again only when a member that it has read has changed.
 *
 * @param conversationId only messages whose `conversation_id` is this very value are heard (`2` is not `"2"`);
 *   `null` and `undefined` hear every message: the inbox list
 * @param onMessage called with each message; the latest function passed is the one called, and changing it
 *   does not subscribe anew
 */
export function useWebSocket<Message = InboxMessage>(
  conversationId: ConversationId | null | undefined,
  onMessage?: ((message: Message) => void) | null,
): Chat<Message>;
