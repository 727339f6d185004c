/** What one open conversation holds, and how each thing that happens to it changes that. */

import type { History, Message } from "./frames";

export interface Conversation {
  /** Oldest first, each once. */
  messages: Message[];
  /** Written here and not yet heard back from the server. */
  outgoing: Outgoing[];
  isLoaded: boolean;
  /** The server has messages older than the first one here. */
  hasEarlier: boolean;
  /** While disconnected, and until history has come again: the newest message from before. */
  heldUpTo: number | null;
}

export interface Outgoing {
  key: string;
  text: string;
  state: "waiting" | "sent" | "failed";
  reason?: string;
}

export type ConversationEvent =
  | { type: "arrived"; message: Message; isMine: boolean }
  | { type: "loaded"; history: History; myId: number }
  | { type: "disconnected" }
  | { type: "written"; key: string; text: string }
  | { type: "sent"; key: string }
  | { type: "failed"; key: string; reason: string }
  | { type: "refused"; detail: string }
  | { type: "dismissed"; key: string };

export const emptyConversation: Conversation = {
  messages: [],
  outgoing: [],
  isLoaded: false,
  hasEarlier: false,
  heldUpTo: null,
};

export function conversationReducer(state: Conversation, event: ConversationEvent): Conversation {
  switch (event.type) {
    case "arrived":
      return {
        ...state,
        messages: merge(state.messages, [event.message]),
        outgoing: event.isMine ? withoutEcho(state.outgoing, event.message.message) : state.outgoing,
      };

    case "loaded":
      return withHistory(state, event.history, event.myId);

    case "disconnected":
      return { ...state, heldUpTo: state.heldUpTo ?? state.messages.at(-1)?.message_id ?? null };

    case "written":
      return {
        ...state,
        outgoing: [...state.outgoing, { key: event.key, text: event.text, state: "waiting" }],
      };

    case "sent":
      return { ...state, outgoing: change(state.outgoing, event.key, { state: "sent" }) };

    case "failed":
      return {
        ...state,
        outgoing: change(state.outgoing, event.key, { state: "failed", reason: event.reason }),
      };

    case "refused": {
      // The server answers in order, so a refusal is about the oldest message that is still unanswered.
      const refused = state.outgoing.find((outgoing) => outgoing.state !== "failed");
      if (!refused) return state;
      return {
        ...state,
        outgoing: change(state.outgoing, refused.key, { state: "failed", reason: event.detail }),
      };
    }

    case "dismissed":
      return {
        ...state,
        outgoing: state.outgoing.filter((outgoing) => outgoing.key !== event.key),
      };
  }
}

function withHistory(state: Conversation, history: History, myId: number): Conversation {
  const known = new Set(state.messages.map((message) => message.message_id));
  const news = history.messages.filter((message) => !known.has(message.message_id));

  let outgoing = state.outgoing;
  if (state.isLoaded) {
    for (const message of news) {
      if (message.sender_id === myId) outgoing = withoutEcho(outgoing, message.message);
    }
  }

  const first = history.messages[0];
  const leavesAHole =
    first !== undefined &&
    history.has_more &&
    state.heldUpTo !== null &&
    first.message_id > state.heldUpTo;
  // More was missed than one page of history holds: what came before the hole has to go, or a reader
  // would take two distant messages for neighbours.
  const kept = leavesAHole
    ? state.messages.filter((message) => message.message_id >= first.message_id)
    : state.messages;

  // A page that does not reach back to the oldest message here says nothing about what is before that.
  const oldest = kept[0];
  const reachesBack = !oldest || (first !== undefined && first.message_id <= oldest.message_id);

  return {
    messages: merge(kept, news),
    outgoing,
    isLoaded: true,
    hasEarlier: reachesBack ? history.has_more : state.hasEarlier,
    heldUpTo: null,
  };
}

function merge(known: Message[], arrived: Message[]): Message[] {
  const byId = new Map([...known, ...arrived].map((message) => [message.message_id, message]));
  return [...byId.values()].sort((a, b) => a.message_id - b.message_id);
}

/** The server echoes what it stored; on this layer of the wire only the text tells which one it was. */
function withoutEcho(outgoing: Outgoing[], text: string): Outgoing[] {
  const index = outgoing.findIndex((item) => item.state !== "failed" && item.text === text);
  return index === -1 ? outgoing : outgoing.toSpliced(index, 1);
}

function change(outgoing: Outgoing[], key: string, update: Partial<Outgoing>): Outgoing[] {
  return outgoing.map((item) => (item.key === key ? { ...item, ...update } : item));
}
