// The Solid binding: it subscribes while its owner is active, and returns the connection's state as signal getters.

import { createEffect, createSignal, onCleanup, untrack } from "solid-js";

import { getState, requestMessages, retry, sendMessage, subscribe, subscribeState } from "./index.js";
import { beforeSubscribing } from "./lib/idle.js";

/** See solid.d.ts. */
export function useWebSocket(conversationId, onMessage) {
  const [state, setState] = createSignal(beforeSubscribing(getState()));
  const [lastMessage, setLastMessage] = createSignal(null);
  // Effects don't run on a server.
  createEffect(() => {
    const id = typeof conversationId === "function" ? conversationId() : conversationId;
    setLastMessage(null);
    const listen = (frame) => {
      setLastMessage(frame);
      onMessage?.(frame);
    };
    // Untracked, because the effect must not depend on what the application's url() reads.
    onCleanup(untrack(() => subscribe(id, listen)));
  });
  createEffect(() => {
    const update = () => void setState(getState());
    update();
    onCleanup(subscribeState(update));
  });
  return {
    get isConnected() {
      return state().isConnected;
    },
    get isConnecting() {
      return state().isConnecting;
    },
    get error() {
      return state().error;
    },
    get reconnectAttempts() {
      return state().reconnectAttempts;
    },
    get lastMessage() {
      return lastMessage();
    },
    sendMessage,
    requestMessages,
    retry,
  };
}
