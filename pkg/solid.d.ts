import type { JSX } from "solid-js";
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

/**
 * Subscribes to a conversation while the component (or another owner) is active. All components of a page share one
 * WebSocket, unless an {@link InboxProvider} gives them another inbox. The returned members are reactive getters: don't destructure them.
 *
 * @param conversationId receives only frames whose `conversation_id` is strictly equal (`2` is not `"2"`); `null` and
 *   `undefined` receive every frame, for the inbox list; `false` subscribes to nothing, for a component that has no id
 *   yet. To follow a changing id, pass an accessor, `() => id`
 * @param onMessage called with each frame
 * @param options where the subscription begins
 */
export function useWebSocket<Message extends object = InboxMessage>(
  conversationId: ConversationId | null | undefined | false | (() => ConversationId | null | undefined | false),
  onMessage?: Listener<Message> | null,
  options?: SubscribeOptions,
): Chat<Message>;

/**
 * Gives an inbox to the components below it: their {@link useWebSocket} uses it in place of the page's default inbox. If
 * `inbox` changes, the components subscribe to the new one.
 *
 * @param props `inbox`: what `createInbox()` has returned; on a server, one for each request
 */
export function InboxProvider(props: { inbox: Inbox; children?: JSX.Element }): JSX.Element;
