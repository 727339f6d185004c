// The class that replaces the page's WebSocket.

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/** Returns a WebSocket class whose sockets connect to this server. @param {import("./server.js").Server} server */
export function webSocketOf(server) {
  return class WebSocket extends EventTarget {
    static CONNECTING = CONNECTING;
    static OPEN = OPEN;
    static CLOSING = CLOSING;
    static CLOSED = CLOSED;
    CONNECTING = CONNECTING;
    OPEN = OPEN;
    CLOSING = CLOSING;
    CLOSED = CLOSED;

    readyState = CONNECTING;
    bufferedAmount = 0;
    extensions = "";
    protocol = "";
    binaryType = "blob";
    onopen = null;
    onmessage = null;
    onerror = null;
    onclose = null;
    /** The server's end. @type {SocketListener} */
    #listener = {};

    /** @param {string | URL} url */
    constructor(url) {
      super();
      this.url = new URL(url, globalThis.location?.href).href;
      server.attempted({
        url: this.url,
        listen: (listener) => void (this.#listener = listener),
        open: () => {
          if (this.readyState !== CONNECTING) return false;
          this.readyState = OPEN;
          this.#tell("open", {});
          return true;
        },
        deliver: (data) => {
          if (this.readyState === OPEN) this.#tell("message", { data });
        },
        close: (code, reason, wasClean) => this.#closed(code, reason, wasClean),
      });
    }

    /** @param {unknown} data */
    send(data) {
      if (this.readyState === CONNECTING) throw new Error("the WebSocket is still connecting");
      if (this.readyState !== OPEN) return;
      // The server receives it later, as over a network: never within this call.
      void Promise.resolve().then(() => this.#listener.received?.(data));
    }

    close(code = 1005, reason = "") {
      if (this.readyState >= CLOSING) return;
      const wasOpen = this.readyState === OPEN;
      this.readyState = CLOSING;
      void Promise.resolve().then(() => this.#closed(wasOpen ? code : 1006, reason, wasOpen));
    }

    /** @param {number} code @param {string} reason @param {boolean} wasClean */
    #closed(code, reason, wasClean) {
      if (this.readyState === CLOSED) return;
      this.readyState = CLOSED;
      this.#listener.closed?.(code, reason);
      if (!wasClean) this.#tell("error", {});
      this.#tell("close", { code, reason, wasClean });
    }

    /** @param {string} type @param {object} members */
    #tell(type, members) {
      // Not every environment has MessageEvent and CloseEvent.
      const event = Object.assign(new Event(type), members);
      this[`on${type}`]?.call(this, event);
      this.dispatchEvent(event);
    }
  };
}

/**
 * A socket, as the server uses it.
 *
 * @typedef {object} Socket
 * @property {string} url
 * @property {(listener: SocketListener) => void} listen
 * @property {() => boolean} open returns false if the page has closed the socket
 * @property {(data: unknown) => void} deliver
 * @property {(code: number, reason: string, wasClean: boolean) => void} close
 *
 * @typedef {object} SocketListener
 * @property {(data: unknown) => void} [received]
 * @property {(code: number, reason: string) => void} [closed]
 */
