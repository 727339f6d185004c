import type { ReactElement, ReactNode } from "react";
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
  PendingMessage,
  SendResult,
  SubscribeOptions,
} from "./index.js";

/**
 * Subscribes to a conversation while the component is mounted. All components of a page share one WebSocket, unless an
 * {@link InboxProvider} gives them another inbox. The component renders again only when a member that it has read changes.
 *
 * @param conversationId receives only frames whose `conversation_id` is strictly equal (`2` is not `"2"`); `null` and
 *   `undefined` receive every frame, for the inbox list; `false` subscribes to nothing, for a component that has no id
 *   yet
 * @param onMessage called with each frame. The hook always calls the latest function; changing it does not resubscribe
 * @param options where the subscription begins
 * @returns the state of the connection and the functions that use it
 * @throws TypeError when the component is mounted, if `conversationId` has another type
 */
export function useWebSocket<Message extends object = InboxMessage>(
  conversationId: ConversationId | null | undefined | false,
  onMessage?: Listener<Message> | null,
  options?: SubscribeOptions,
): Chat<Message>;

/** The props of {@link InboxProvider}. */
export interface InboxProviderProps {
  /** An inbox that `createInbox()` has returned. Create it once, outside the component; on a server, for each request. */
  inbox: Inbox;
  /** The components that use the inbox. */
  children?: ReactNode;
}

/**
 * Gives an inbox to the components below it: their {@link useWebSocket} subscribes to that inbox, and the functions of its
 * result are those of that inbox. The nearest provider counts; without one, components use the page's default inbox. If
 * `inbox` changes, the components subscribe to the new one.
 *
 * @throws TypeError if `inbox` is not an inbox
 */
export function InboxProvider(props: InboxProviderProps): ReactElement;
