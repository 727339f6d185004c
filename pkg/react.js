// The React binding: it ties a subscription to a component's life, and renders when something that the
// component has read is no longer so. The connection knows nothing of React, and this knows nothing of the wire.

import { useEffect, useInsertionEffect, useLayoutEffect, useMemo, useSyncExternalStore } from "react";

import { requestMessages, retry, sendMessage } from "./index.js";
import { client } from "./lib/client.js";
import { ABOUT_TO_CONNECT, beforeSubscribing } from "./lib/idle.js";

// React 18 warns of a layout effect on a server, where no effect runs at all.
const useCommitEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;

/** See react.d.ts. */
export function useWebSocket(conversationId, onMessage) {
  // Another conversation is another subscription with a lastMessage of its own.
  const view = useMemo(() => new View(conversationId), [conversationId]);
  // Runs before any effect or event of the same commit, so a message always meets the callback of what is shown. What is
  // shown no longer has none: its subscription ends some time later, with React's other effects.
  useInsertionEffect(() => {
    view.onMessage = onMessage;
    return () => void (view.onMessage = null);
  });
  // Within the commit, so that no message is missed before those effects. It has no cleanup: Suspense would run that
  // when it hides the component, which is still to hear its messages then.
  useCommitEffect(() => view.begin(), [view]);
  return useSyncExternalStore(view.subscribe, view.getSnapshot, view.getServerSnapshot);
}

/** What one component shows. There is one for each conversation that is open, so it is kept small. */
class View {
  /** @type {import("./index.js").ChatHandle<any> | null} */
  chat = null;
  /** @type {((message: any) => void) | null | undefined} */
  onMessage;
  /** @type {Snapshot | null} */
  snapshot = null;
  isOnServer = false;
  /** Has React ask for the snapshot, and render if it is another one. @type {(() => void) | null} */
  onChange = null;

  constructor(conversationId) {
    this.conversationId = conversationId;
    this.subscribe = (onChange) => this.watch(onChange);
    this.getSnapshot = () => this.look(false);
    // React asks for this one on a server, and on the client while it takes over what the server has rendered.
    this.getServerSnapshot = () => this.look(true);
  }

  begin() {
    this.chat ??= client().useWebSocket(this.conversationId, (message) => {
      try {
        this.onMessage?.(message);
      } finally {
        if (this.snapshot && "lastMessage" in this.snapshot._seen) this.onChange?.();
      }
    });
  }

  watch(onChange) {
    // Again, where React has ended its effects for a while: StrictMode, Activity.
    this.begin();
    this.onChange = onChange;
    const unwatch = client().subscribeState(onChange);
    return () => {
      unwatch();
      this.onChange = null;
      this.chat?.release();
      this.chat = null;
    };
  }

  /** What the component has been given, or something new if that is no longer so. */
  look(isOnServer) {
    this.isOnServer = isOnServer;
    const seen = this.snapshot?._seen ?? {};
    const isSo = (member) => isOnServer || Object.is(seen[member], this.read(member));
    if (!this.snapshot || !Object.keys(seen).every(isSo)) this.snapshot = new Snapshot(this, seen);
    return this.snapshot;
  }

  read(member) {
    if (this.isOnServer) return { ...ABOUT_TO_CONNECT, lastMessage: null }[member];
    if (member === "lastMessage") return this.chat?.lastMessage ?? null;
    const state = client().getState();
    return (this.chat ? state : beforeSubscribing(state))[member];
  }
}

/** What the hook returns: it notes which members are read, and keeps the values that it gave. */
class Snapshot {
  constructor(view, seen) {
    Object.defineProperties(this, OWN);
    this._view = view;
    this._seen = {};
    // What was read before counts as read from this one, too.
    for (const member in seen) this._seen[member] = view.read(member);
  }
}

// Each object has its own members, as the replaced hook's had, so that a copy of it has them; the functions are shared.
const OWN = { _view: { writable: true }, _seen: { writable: true } };
for (const member of ["isConnected", "isConnecting", "error", "reconnectAttempts", "lastMessage"]) {
  OWN[member] = {
    enumerable: true,
    get() {
      const { _view, _seen } = this;
      return member in _seen ? _seen[member] : (_seen[member] = _view.read(member));
    },
  };
}
for (const [name, value] of Object.entries({ sendMessage, requestMessages, retry })) OWN[name] = { enumerable: true, value };
