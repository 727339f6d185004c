// The Solid binding: it ties a subscription to its owner's life, and makes signals of what the connection says.

import { createEffect, createSignal, onCleanup, untrack } from "solid-js";

import { getState, requestMessages, retry, sendMessage, subscribe, subscribeState } from "./index.js";
import { beforeSubscribing } from "./lib/idle.js";

/** See solid.d.ts. */
export function useWebSocket(conversationId, onMessage) {
  const [state, setState] = createSignal(beforeSubscribing(getState()));
  const [lastMessage, setLastMessage] = createSignal(null);
  // No effect runs on a server.
  createEffect(() => {
    const id = typeof conversationId === "function" ? conversationId() : conversationId;
    setLastMessage(null);
    const listen = (frame) => {
      setLastMessage(frame);
      onMessage?.(frame);
    };
    // What the application's url() reads meanwhile is nothing that this depends on.
    onCleanup(untrack(() => subscribe(id, listen)));
  });
  createEffect(() => {
    const update = () => void setState(getState());
    update();
    onCleanup(subscribeState(update));
  });
  return {
    get isConnected() { return state().isConnected; },
    get isConnecting() { return state().isConnecting; },
    get error() { return state().error; },
    get reconnectAttempts() { return state().reconnectAttempts; },
    get lastMessage() { return lastMessage(); },
    sendMessage,
    requestMessages,
    retry,
  };
}
