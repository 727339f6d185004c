import type { Chat, ConversationId, InboxMessage, Listener } from "./index.js";

export type {
  Chat,
  ConnectionState,
  ConversationId,
  ErrorCode,
  ErrorMessage,
  GapMessage,
  HistoryMessage,
  InboxFrame,
  InboxMessage,
  Listener,
  SendResult,
} from "./index.js";

/**
 * Subscribes to a conversation while the component is mounted. All components of a page share one WebSocket. The
 * component renders again only when a member that it has read changes.
 *
 * @param conversationId receives only frames whose `conversation_id` is strictly equal (`2` is not `"2"`); `null` and
 *   `undefined` receive every frame, for the inbox list
 * @param onMessage called with each frame. The hook always calls the latest function; changing it does not resubscribe
 * @returns the state of the connection and the functions that use it
 * @throws TypeError when the component is mounted, if `conversationId` has another type
 */
export function useWebSocket<Message extends object = InboxMessage>(
  conversationId: ConversationId | null | undefined,
  onMessage?: Listener<Message> | null,
): Chat<Message>;
