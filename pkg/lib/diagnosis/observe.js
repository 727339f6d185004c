// Looks at what passes between the page's connection and its server, without touching it.

/**
 * @typedef {object} Observer
 * @property {(url: string, isTried: boolean) => void} [attempted] not tried: the browser refused at once
 * @property {() => void} [opened]
 * @property {(direction: "in" | "out", data: unknown) => void} [transferred] before anything is done about it
 * @property {(code: number, reason: string) => void} [closed] by the server or the network, not by the page
 * @property {() => void} [changed] the public state
 */

/** The page's one client. @typedef {ReturnType<typeof import("../client.js").client>} Client */

/**
 * Begins with the attempt under way, if there is one. The function returned ends it.
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
    attempted?.(url, socket !== undefined);
    if (socket === undefined) return;
    /** @param {"open" | "message" | "close"} type @param {(event: any) => void} handle */
    const on = (type, handle) => {
      // Listeners are called in their order, and outside of a document capturing does not change that. What is done about
      // a frame is to be told after the frame, so the connection's own handler goes out and comes in again behind.
      const handler = /** @type {"onmessage"} */ (`on${type}`);
      const own = socket[handler];
      socket[handler] = null;
      socket.addEventListener(type, (event) => {
        // The connection may have let go of this socket.
        if (socket.onmessage !== null) handle(event);
      }, { signal: ended.signal });
      socket[handler] = own;
    };
    on("open", () => opened?.());
    on("message", ({ data }) => transferred?.("in", data));
    on("close", ({ code, reason }) => closed?.(code, reason));
    const { send } = socket;
    socket.send = (data) => {
      if (!ended.signal.aborted) transferred?.("out", data);
      send.call(socket, data);
    };
  }
}

/** An address as it may be shown: what follows the path may be a secret. @param {string} url */
export function withoutSecrets(url) {
  return url.replace(/\?.+/s, "?…");
}
