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
 * returned members are reactive getters: don't destructure them.
 *
 * @param conversationId receives only frames whose `conversation_id` is strictly equal (`2` is not `"2"`); `null` and
 *   `undefined` receive every frame, for the inbox list. To follow a changing id, pass a getter, `() => id`
 * @param onMessage called with each frame
 */
export function useWebSocket<Message extends object = InboxMessage>(
  conversationId: ConversationId | null | undefined | (() => ConversationId | null | undefined),
  onMessage?: Listener<Message> | null,
): Chat<Message>;
