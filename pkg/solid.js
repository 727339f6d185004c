// The Solid binding: it subscribes while its owner is active, and returns the connection's state as signal getters.

import { createComponent, createContext, createEffect, createSignal, onCleanup, untrack, useContext } from "solid-js";

import { client } from "./lib/client.js";
import { follow, inboxOf } from "./lib/follow.js";
import { beforeSubscribing } from "./lib/idle.js";

const Provided = createContext(client);

/** See solid.d.ts. */
export function InboxProvider(props) {
  return createComponent(Provided.Provider, {
    // Solid reads this once; the function reads the prop when it changes.
    value: inboxOf(() => props.inbox),
    get children() {
      return props.children;
    },
  });
}

/** See solid.d.ts. */
export function useWebSocket(conversationId, onMessage, how) {
  const inbox = useContext(Provided);
  const currentId = () => (typeof conversationId === "function" ? conversationId() : conversationId);
  const [state, setState] = createSignal(untrack(() => beforeSubscribing(inbox().getState(currentId()))));
  const [lastMessage, setLastMessage] = createSignal(null);
  // Effects don't run on a server.
  createEffect(() => {
    const [from, id] = [inbox(), currentId()];
    // Untracked, because the effect must not depend on what the application's url() reads.
    onCleanup(untrack(() => follow(from, id, onMessage, setState, setLastMessage, how)));
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
    get pending() {
      return state().pending ?? [];
    },
    get lastMessage() {
      return lastMessage();
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
