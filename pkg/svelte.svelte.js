// The Svelte binding: it ties a subscription to a component's life, and makes state of what the connection says. The
// application's own build compiles the runes.

import { untrack } from "svelte";

import { getState, requestMessages, retry, sendMessage, subscribe, subscribeState } from "./index.js";
import { beforeSubscribing } from "./lib/idle.js";

/** See svelte.d.ts. */
export function useWebSocket(conversationId, onMessage) {
  let state = $state.raw(beforeSubscribing(getState()));
  let lastMessage = $state.raw(null);
  // What an effect returns ends it, and none runs on a server.
  $effect(() => {
    const id = typeof conversationId === "function" ? conversationId() : conversationId;
    lastMessage = null;
    const listen = (frame) => {
      lastMessage = frame;
      onMessage?.(frame);
    };
    // What the application's url() reads meanwhile is nothing that this depends on.
    return untrack(() => subscribe(id, listen));
  });
  $effect(() => {
    const update = () => void (state = getState());
    update();
    return subscribeState(update);
  });
  return {
    get isConnected() { return state.isConnected; },
    get isConnecting() { return state.isConnecting; },
    get error() { return state.error; },
    get reconnectAttempts() { return state.reconnectAttempts; },
    get lastMessage() { return lastMessage; },
    sendMessage,
    requestMessages,
    retry,
  };
}
