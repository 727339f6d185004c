// The Svelte binding: it subscribes while a component is mounted, and returns the connection's state as reactive
// getters. The application's build compiles the runes.

import { getContext, setContext, untrack } from "svelte";

import { client } from "./lib/client.js";
import { follow, inboxOf, PROVIDED } from "./lib/follow.js";
import { beforeSubscribing } from "./lib/idle.js";

/** See svelte.d.ts. */
export function setInbox(inbox) {
  setContext(PROVIDED, inboxOf(inbox));
}

/** See svelte.d.ts. */
export function useWebSocket(conversationId, onMessage, how) {
  const inbox = useInbox();
  const currentId = () => (typeof conversationId === "function" ? conversationId() : conversationId);
  let state = $state.raw(untrack(() => beforeSubscribing(inbox().getState(currentId()))));
  let lastMessage = $state.raw(null);
  const showState = (next) => void (state = next);
  const showMessage = (last) => void (lastMessage = last);
  // Effects don't run on a server.
  $effect(() => {
    const [from, id] = [inbox(), currentId()];
    // Untracked, because the effect must not depend on what the application's url() reads.
    return untrack(() => follow(from, id, onMessage, showState, showMessage, how));
  });
  return {
    get isConnected() {
      return state.isConnected;
    },
    get isConnecting() {
      return state.isConnecting;
    },
    get error() {
      return state.error;
    },
    get reconnectAttempts() {
      return state.reconnectAttempts;
    },
    get pending() {
      return state.pending ?? [];
    },
    get lastMessage() {
      return lastMessage;
    },
    get sendMessage() {
      return inbox().sendMessage;
    },
    get requestMessages() {
      return inbox().requestMessages;
    },
    get retry() {
      return inbox().retry;
    },
  };
}

function useInbox() {
  try {
    return getContext(PROVIDED) ?? client;
  } catch {
    // Outside a component, in $effect.root(), Svelte has no context.
    return client;
  }
}
