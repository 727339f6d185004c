// The React binding: it subscribes while a component is mounted, and renders the component when a member that it has
// read changes.

import {
  createElement,
  useContext,
  useEffect,
  useInsertionEffect,
  useLayoutEffect,
  useMemo,
  useSyncExternalStore,
} from "react";

import { checkInbox, client } from "./lib/client.js";
import { ABOUT_TO_CONNECT, beforeSubscribing } from "./lib/idle.js";
import { Provided } from "./lib/provided.js";

// React 18 warns about a layout effect on a server, where no effect runs.
const useCommitEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;

/** The values on a server, and during hydration. */
const ON_SERVER = { ...ABOUT_TO_CONNECT, lastMessage: null, pending: Object.freeze([]) };

/** See react.d.ts. */
export function InboxProvider({ inbox, children }) {
  checkInbox(inbox);
  return createElement(Provided.Provider, { value: inbox }, children);
}

/** See react.d.ts. */
export function useWebSocket(conversationId, onMessage, how) {
  const provided = useContext(Provided);
  // Each conversation needs its own subscription and lastMessage.
  const view = useMemo(() => new View(provided, conversationId), [provided, conversationId]);
  // Runs before any effect or event of the same commit, so a message always reaches the callback of the latest render.
  // An unmounted component has no callback: its subscription ends later, with React's other effects.
  useInsertionEffect(() => {
    view.onMessage = onMessage;
    view.how = how;
    return () => void (view.onMessage = null);
  });
  // Subscribes within the commit, so that no message is missed before those effects. There is no cleanup: Suspense
  // would run it when it hides the component, which must still receive its messages.
  useCommitEffect(() => view.begin(), [view]);
  // React calls the third on a server and during hydration, and does not keep it.
  return useSyncExternalStore(view.store, view.store, () => view.look(true));
}

/** One component's subscription. Each open conversation has one, so it is kept small. */
class View {
  /** @type {{readonly lastMessage: any, release(): void} | null | undefined} */
  chat;
  /** @type {((message: any) => void) | null | undefined} */
  onMessage;
  /** The latest options, for the next subscription. */
  how;
  snapshot = new Snapshot(this);
  isOnServer;
  /** Makes React call getSnapshot(), and render if the snapshot has changed. @type {(() => void) | null | undefined} */
  onChange;

  constructor(provided, conversationId) {
    this.provided = provided;
    this.conversationId = conversationId;
    /** Serves React as `subscribe` and as `getSnapshot`, which takes no argument. @type {any} */
    this.store = (onChange) => (onChange ? this.watch(onChange) : this.look(false));
  }

  // Not before it is used: a server that only renders needs no client.
  get inbox() {
    return this.provided ?? client();
  }

  begin() {
    const hear = (message) => {
      try {
        this.onMessage?.(message);
      } finally {
        if ("lastMessage" in this.snapshot._seen) this.onChange?.();
      }
    };
    this.chat ??= this.inbox.listen(this.conversationId, hear, this.how);
  }

  watch(onChange) {
    // Subscribes again after StrictMode or Activity has cleaned up the effects.
    this.begin();
    this.onChange = onChange;
    const unwatch = this.inbox.subscribeState(onChange);
    return () => {
      unwatch();
      this.onChange = null;
      this.chat?.release();
      this.chat = null;
    };
  }

  /** Returns the same snapshot until a member that the component has read changes. */
  look(isOnServer) {
    this.isOnServer = isOnServer;
    const seen = this.snapshot._seen;
    for (const member in seen) {
      if (!Object.is(seen[member], this.read(member))) return (this.snapshot = new Snapshot(this, seen));
    }
    return this.snapshot;
  }

  read(member) {
    if (this.isOnServer) return ON_SERVER[member];
    if (member === "lastMessage") return this.chat?.lastMessage ?? null;
    const state = this.inbox.getState(this.conversationId);
    // Without the option `persist` the state has no `pending`.
    return (this.chat ? state : beforeSubscribing(state))[member] ?? ON_SERVER[member];
  }
}

/** The result of the hook. It records which members are read, and keeps their values. */
class Snapshot {
  /** @param {View} view @param {object} [seen] */
  constructor(view, seen) {
    Object.defineProperties(this, OWN);
    this._view = view;
    this._seen = {};
    // A component that took a member from the previous snapshot depends on it still.
    for (const member in seen) this._seen[member] = view.read(member);
  }
}

// The members are own properties, so that spreading a snapshot copies them.
const OWN = { _view: { writable: true }, _seen: { writable: true } };
for (const member in ON_SERVER) {
  OWN[member] = {
    enumerable: true,
    get() {
      const { _view, _seen } = this;
      return member in _seen ? _seen[member] : (_seen[member] = _view.read(member));
    },
  };
}
for (const name of ["sendMessage", "requestMessages", "retry"]) {
  OWN[name] = {
    enumerable: true,
    get() {
      return this._view.inbox[name];
    },
  };
}
