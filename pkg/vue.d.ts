import type { ComputedRef, MaybeRefOrGetter, ShallowRef } from "vue";
import type { Chat, ConversationId, Inbox, InboxMessage, Listener, SubscribeOptions } from "./index.js";

export type {
  Chat,
  ConnectionState,
  ConversationId,
  ErrorCode,
  ErrorMessage,
  GapMessage,
  HistoryMessage,
  Inbox,
  InboxFrame,
  InboxMessage,
  Listener,
  SendResult,
  SubscribeOptions,
} from "./index.js";

/** The members of {@link Chat}; those that change are refs. */
export type ChatRefs<Message extends object = InboxMessage> = {
  readonly [Member in "isConnected" | "isConnecting" | "error" | "reconnectAttempts" | "pending"]: ComputedRef<
    Chat[Member]
  >;
} & {
  /** The last frame that this subscription received, or `null`. */
  readonly lastMessage: Readonly<ShallowRef<Chat<Message>["lastMessage"]>>;
} & Pick<Chat, "sendMessage" | "requestMessages" | "retry">;

/**
 * Subscribes to a conversation while the component (or the effect scope) is active. All components of a page share one
 * WebSocket, unless {@link provideInbox} gives them another inbox.
 *
 * @param conversationId receives only frames whose `conversation_id` is strictly equal (`2` is not `"2"`); `null` and
 *   `undefined` receive every frame, for the inbox list; `false` subscribes to nothing, for a component that has no id
 *   yet. To follow a changing id, pass a ref or a getter, `() => props.id`
 * @param onMessage called with each frame
 * @param options where the subscription begins
 */
export function useWebSocket<Message extends object = InboxMessage>(
  conversationId: MaybeRefOrGetter<ConversationId | null | undefined | false>,
  onMessage?: Listener<Message> | null,
  options?: SubscribeOptions,
): ChatRefs<Message>;

/**
 * Gives an inbox to the components below this one: their {@link useWebSocket} uses it in place of the page's default
 * inbox. Call it in `setup`, for the whole application in that of the root component.
 *
 * @param inbox what `createInbox()` has returned; on a server, one for each request. To follow a changing inbox, pass a
 *   shallow ref or a getter
 */
export function provideInbox(inbox: MaybeRefOrGetter<Inbox>): void;
