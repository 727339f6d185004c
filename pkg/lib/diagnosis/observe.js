// Observes the traffic between the page's connection and its server without changing it.

/**
 * @typedef {object} Observer
 * @property {(url: string, isTried: boolean) => void} [attempted] `isTried` is false if the browser refused at once
 * @property {() => void} [opened]
 * @property {(direction: "in" | "out", data: unknown, url: string) => void} [transferred] before the connection handles
 *   the frame
 * @property {(code: number, reason: string, url: string) => void} [closed] by the server or the network, not by the page
 * @property {() => void} [changed] the public state
 */

/** The client of an inbox. @typedef {ReturnType<typeof import("../client.js").client>} Client */

/**
 * Starts with the present attempt, if there is one. Returns a function that stops observing.
 *
 * @param {Client} client
 * @param {Observer} observer
 */
export function observe(client, { attempted, opened, transferred, closed, changed }) {
  const ended = new AbortController();

  /** @type {(() => void) | undefined} */
  let stopWatching;
  const unsubscribe = client.subscribeState(() => {
    attach();
    changed?.();
  });
  attach();

  return () => {
    unsubscribe();
    stopWatching?.();
    ended.abort();
  };

  function attach() {
    stopWatching ??= client.core?.watchAttempts(watch);
  }

  /** @param {string} url @param {WebSocket | undefined} socket */
  function watch(url, socket) {
    if (ended.signal.aborted) return;
    attempted?.(url, socket !== undefined);
    if (socket === undefined) return;
    /** @param {"open" | "message" | "close"} type @param {(event: any) => void} handle */
    const on = (type, handle) => {
      // Listeners are called in their order, and outside of a document capturing does not change that. The observer
      // must see a frame before its effects, so the connection's own handler is removed and added again behind it.
      const handler = /** @type {"onmessage"} */ (`on${type}`);
      const own = socket[handler];
      socket[handler] = null;
      socket.addEventListener(
        type,
        (event) => {
          // The connection may have dropped this socket.
          if (socket.onmessage !== null) handle(event);
        },
        { signal: ended.signal },
      );
      socket[handler] = own;
    };
    on("open", () => opened?.());
    on("message", ({ data }) => transferred?.("in", data, url));
    on("close", ({ code, reason }) => closed?.(code, reason, url));
    const { send } = socket;
    socket.send = (data) => {
      if (!ended.signal.aborted) transferred?.("out", data, url);
      send.call(socket, data);
    };
  }
}

/** Hides the query of an address, which may contain a token. @param {string} url */
export function withoutSecrets(url) {
  return url.replace(/\?.+/s, "?…");
}
