/** The state of the inbox list: conversations, their last messages and unread counts. */

import type { Conversation } from "./api";
import type { Message } from "./frames";

export interface Inbox {
  /** Null until the server has responded. The conversation with the latest message is first. */
  conversations: Conversation[] | null;
  /** No longer listed, but kept: the user may have one open, with unsent messages. */
  left: Conversation[];
  /** Per conversation, the id of the newest message that was on screen. */
  readUpTo: Record<number, number>;
  /** Per conversation, the ids of newer messages from others. */
  unread: Record<number, number[]>;
}

export type InboxEvent =
  | { type: "listed"; conversations: Conversation[] }
  | { type: "arrived"; messages: Message[]; myId: number }
  | { type: "read"; conversationIds: number[] };

export function inboxReducer(state: Inbox, event: InboxEvent): Inbox {
  switch (event.type) {
    case "listed":
      return withList(state, event.conversations);
    case "arrived":
      return event.messages.reduce((inbox, message) => withMessage(inbox, message, event.myId), state);
    case "read":
      return event.conversationIds.reduce(withRead, state);
  }
}

function withList(state: Inbox, listed: Conversation[]): Inbox {
  const readUpTo = { ...state.readUpTo };
  for (const { id, last_message } of listed) {
    // On the first visit in this browser, the whole history counts as read.
    readUpTo[id] ??= last_message?.message_id ?? 0;
  }
  // A message may arrive while the list is loading: don't replace it with the list's older one.
  const conversations = listed.map((conversation) => {
    const known = state.conversations?.find(({ id }) => id === conversation.id);
    return known && newestId(known) > newestId(conversation) ? known : conversation;
  });
  const left = [...(state.conversations ?? []), ...state.left].filter(
    ({ id }) => !listed.some((conversation) => conversation.id === id),
  );
  return { ...state, readUpTo, conversations: byRecency(conversations), left };
}

function withMessage(state: Inbox, message: Message, myId: number): Inbox {
  const { conversation_id: id, message_id } = message;
  const isUnread = message.sender_id !== myId && message_id > (state.readUpTo[id] ?? 0);
  const unread = isUnread ? { ...state.unread, [id]: withId(state.unread[id] ?? [], message_id) } : state.unread;
  const conversations = state.conversations?.map((conversation) =>
    conversation.id === id && message_id > newestId(conversation)
      ? { ...conversation, last_message: message }
      : conversation,
  );
  return { ...state, unread, conversations: conversations ? byRecency(conversations) : null };
}

function withRead(state: Inbox, id: number): Inbox {
  const conversation = state.conversations?.find((conversation) => conversation.id === id);
  if (!conversation) return state;
  const newest = newestId(conversation);
  if (state.readUpTo[id] === newest && !state.unread[id]?.length) return state;
  return {
    ...state,
    readUpTo: { ...state.readUpTo, [id]: newest },
    unread: { ...state.unread, [id]: [] },
  };
}

function withId(ids: number[], id: number): number[] {
  return ids.includes(id) ? ids : [...ids, id].sort((a, b) => a - b);
}

function byRecency(conversations: Conversation[]): Conversation[] {
  return [...conversations].sort((a, b) => newestId(b) - newestId(a));
}

function newestId(conversation: Conversation): number {
  return conversation.last_message?.message_id ?? 0;
}
