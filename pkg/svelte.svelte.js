// The Svelte binding: it subscribes while a component is mounted, and returns the connection's state as reactive
// getters. The application's build compiles the runes.

import { untrack } from "svelte";

import { getState, requestMessages, retry, sendMessage, subscribe, subscribeState } from "./index.js";
import { beforeSubscribing } from "./lib/idle.js";

/** See svelte.d.ts. */
export function useWebSocket(conversationId, onMessage) {
  let state = $state.raw(beforeSubscribing(getState()));
  let lastMessage = $state.raw(null);
  // Effects don't run on a server.
  $effect(() => {
    const id = typeof conversationId === "function" ? conversationId() : conversationId;
    lastMessage = null;
    const listen = (frame) => {
      lastMessage = frame;
      onMessage?.(frame);
    };
    // Untracked, because the effect must not depend on what the application's url() reads.
    return untrack(() => subscribe(id, listen));
  });
  $effect(() => {
    const update = () => void (state = getState());
    update();
    return subscribeState(update);
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
    get lastMessage() {
      return lastMessage;
    },
    sendMessage,
    requestMessages,
    retry,
  };
}
