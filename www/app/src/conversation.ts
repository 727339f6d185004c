/** The state of one open conversation, and how each event changes it. */

import type { History, Message } from "./frames";

export interface Conversation {
  /** Oldest first, without duplicates. */
  messages: Message[];
  /** Sent by this page, and not yet received from the server. */
  outgoing: Outgoing[];
  isLoaded: boolean;
  /** The server has messages older than the first one here. */
  hasEarlier: boolean;
  /** The id after which messages may be missing until the history is loaded again; null if none are. */
  missingAfter: number | null;
}

export interface Outgoing {
  key: string;
  text: string;
  /** `sent` is final if the server doesn't acknowledge messages. */
  state: "sending" | "sent" | "delivered" | "failed";
  /** Assigned by the server, once the message is delivered. */
  messageId?: number | string;
  /** Why it failed. */
  reason?: string;
  /** The library keeps it: its key is the client id. */
  isPending?: boolean;
}

export type ConversationEvent =
  | { type: "arrived"; message: Message; myId: number }
  | { type: "loaded"; history: History; myId: number }
  | { type: "gap" }
  | { type: "disconnected" }
  | { type: "sent"; key: string; text: string }
  | { type: "delivered"; key: string; text: string; messageId?: number | string }
  | { type: "refused"; detail: string }
  | { type: "discarded"; key: string };

export const emptyConversation: Conversation = {
  messages: [],
  outgoing: [],
  isLoaded: false,
  hasEarlier: false,
  missingAfter: null,
};

export function conversationReducer(state: Conversation, event: ConversationEvent): Conversation {
  switch (event.type) {
    case "arrived":
      return {
        ...state,
        messages: merge(state.messages, [event.message]),
        outgoing: withoutEchoes(state.outgoing, [event.message], event.myId),
      };

    case "loaded":
      return withHistory(state, event.history, event.myId);

    case "gap":
      return missingFromHere(state);

    case "disconnected":
      // If the server numbers its messages, the library fetches missed ones, or reports a gap.
      return state.messages.at(-1)?.seq === undefined ? missingFromHere(state) : state;

    case "sent": {
      const { key, text } = event;
      return { ...state, outgoing: [...state.outgoing, { key, text, state: "sent" }] };
    }

    case "delivered": {
      const { key, text, messageId } = event;
      // The echo usually follows the acknowledgement, but may arrive before it.
      if (state.messages.some((message) => message.message_id === messageId)) return state;
      return { ...state, outgoing: [...state.outgoing, { key, text, state: "delivered", messageId }] };
    }

    case "refused": {
      // Without acknowledgements the server still replies in order: the error refers to the oldest sent message.
      const refused = state.outgoing.find((outgoing) => outgoing.state === "sent");
      if (!refused) return state;
      return {
        ...state,
        outgoing: state.outgoing.map((item) =>
          item === refused ? { ...item, state: "failed", reason: event.detail } : item,
        ),
      };
    }

    case "discarded":
      return { ...state, outgoing: without(state.outgoing, event.key) };
  }
}

function missingFromHere(state: Conversation): Conversation {
  return { ...state, missingAfter: state.missingAfter ?? state.messages.at(-1)?.message_id ?? 0 };
}

function withHistory(state: Conversation, history: History, myId: number): Conversation {
  const known = new Set(state.messages.map((message) => message.message_id));
  const news = history.messages.filter((message) => !known.has(message.message_id));

  const first = history.messages[0];
  const leavesAHole = first !== undefined && state.missingAfter !== null && first.message_id > state.missingAfter;
  // One page of history doesn't cover all missed messages, or the server no longer has them: drop the
  // messages before the gap. Otherwise the gap would be invisible.
  const kept = leavesAHole
    ? state.messages.filter((message) => message.message_id >= first.message_id)
    : state.messages;

  // Only a page that reaches back to the oldest message here shows whether there are earlier ones.
  const oldest = kept[0];
  const reachesBack = !oldest || (first !== undefined && first.message_id <= oldest.message_id);

  return {
    messages: merge(kept, news),
    outgoing: withoutEchoes(state.outgoing, news, myId),
    isLoaded: true,
    hasEarlier: reachesBack ? history.has_more : state.hasEarlier,
    missingAfter: null,
  };
}

function merge(known: Message[], arrived: Message[]): Message[] {
  const byId = new Map([...known, ...arrived].map((message) => [message.message_id, message]));
  return [...byId.values()].sort((a, b) => a.message_id - b.message_id);
}

/** Removes outgoing messages that the server has sent back: the log shows them now. */
function withoutEchoes(outgoing: Outgoing[], arrived: Message[], myId: number): Outgoing[] {
  return arrived
    .filter((message) => message.sender_id === myId)
    .reduce((left, message) => {
      const echoed = left.find((item) => isEcho(item, message));
      return echoed ? without(left, echoed.key) : left;
    }, outgoing);
}

function isEcho(item: Outgoing, message: Message): boolean {
  if (item.state === "delivered") return item.messageId === message.message_id;
  // Without acknowledgements, only the text identifies the message.
  return item.state === "sent" && item.text === message.message;
}

function without(outgoing: Outgoing[], key: string): Outgoing[] {
  return outgoing.filter((item) => item.key !== key);
}
