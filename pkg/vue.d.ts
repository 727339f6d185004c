import type { ComputedRef, MaybeRefOrGetter, ShallowRef } from "vue";
import type { Chat, ConversationId, InboxMessage, Listener } from "./index.js";

export type {
  Chat, ConnectionState, ConversationId, ErrorCode, ErrorMessage, GapMessage, HistoryMessage, InboxFrame, InboxMessage,
  Listener, SendResult,
} from "./index.js";

/** The connection's members: what changes is a ref. */
export type ChatRefs<Message extends object = InboxMessage> = {
  readonly [Member in "isConnected" | "isConnecting" | "error" | "reconnectAttempts"]: ComputedRef<Chat[Member]>;
} & {
  /** The last frame heard here, `null` before one. */
  readonly lastMessage: Readonly<ShallowRef<Chat<Message>["lastMessage"]>>;
} & Pick<Chat, "sendMessage" | "requestMessages" | "retry">;

/**
 * Listens to a conversation for as long as the component (or the effect scope) lives. All of them share one WebSocket.
 *
 * @param conversationId only frames whose `conversation_id` is this very value are heard (`2` is not `"2"`); `null` and
 *   `undefined` hear every frame: the inbox list. A ref or a getter, `() => props.id`, may change
 * @param onMessage called with each frame
 */
export function useWebSocket<Message extends object = InboxMessage>(
  conversationId: MaybeRefOrGetter<ConversationId | null | undefined>,
  onMessage?: Listener<Message> | null,
): ChatRefs<Message>;
