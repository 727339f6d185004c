// The React binding: it ties a subscription to a component's life, and renders when something that the
// component has read is no longer so. The connection knows nothing of React, and this knows nothing of the wire.

import { useInsertionEffect, useMemo, useSyncExternalStore } from "react";

import { requestMessages, retry, sendMessage } from "./index.js";
import { client } from "./lib/client.js";
import { IDLE } from "./lib/idle.js";

// A mounted hook is about to subscribe. Until it has, an idle connection is shown as what it will be in a moment;
// on the server as well, so that hydration finds what it expects and nothing flickers.
const ABOUT_TO_CONNECT = { ...IDLE, isConnecting: true, lastMessage: null };

/** See react.d.ts. */
export function useWebSocket(conversationId, onMessage) {
  // Another conversation is another subscription with a lastMessage of its own.
  const view = useMemo(() => createView(conversationId), [conversationId]);
  // Runs before any effect or event of the same commit, so a message always meets the callback of what is shown.
  useInsertionEffect(() => {
    view.onMessage = onMessage;
  });
  return useSyncExternalStore(view.subscribe, view.getSnapshot, view.getServerSnapshot);
}

function createView(conversationId) {
  /** @type {import("./index.js").ChatHandle<any> | null} */
  let chat = null;
  // What the component has read, with the values it was given.
  let seen = {};
  /** @type {ReturnType<typeof takeSnapshot> | null} */
  let snapshot = null;
  // Where a member that is read for the first time comes from.
  let source = live;

  function live(member) {
    if (member === "lastMessage") return chat?.lastMessage ?? null;
    const state = client().getState();
    const idle = !state.isConnected && !state.isConnecting && state.error === null;
    return (chat === null && idle ? ABOUT_TO_CONNECT : state)[member];
  }

  function onServer(member) {
    return ABOUT_TO_CONNECT[member];
  }

  function takeSnapshot() {
    const values = (seen = Object.fromEntries(Object.keys(seen).map((member) => [member, source(member)])));
    const read = (member) => (member in values ? values[member] : (values[member] = source(member)));
    return {
      get isConnected() { return read("isConnected"); },
      get isConnecting() { return read("isConnecting"); },
      get error() { return read("error"); },
      get reconnectAttempts() { return read("reconnectAttempts"); },
      get lastMessage() { return read("lastMessage"); },
      sendMessage,
      requestMessages,
      retry,
    };
  }

  const view = {
    /** @type {((message: any) => void) | null | undefined} */
    onMessage: undefined,
    subscribe(onChange) {
      const mine = client().useWebSocket(conversationId, (message) => {
        view.onMessage?.(message);
        if ("lastMessage" in seen) onChange();
      });
      chat = mine;
      // React asks for the snapshot and renders if it is another one.
      const unwatch = client().subscribeState(onChange);
      return () => {
        unwatch();
        mine.release();
        chat = null;
      };
    },
    getSnapshot() {
      source = live;
      const stale = Object.entries(seen).some(([member, value]) => !Object.is(value, live(member)));
      if (snapshot === null || stale) snapshot = takeSnapshot();
      return snapshot;
    },
    // React asks for this one on a server, and on the client while it takes over what the server has rendered.
    getServerSnapshot() {
      source = onServer;
      return (snapshot ??= takeSnapshot());
    },
  };
  return view;
}
