// Replaces the browser's WebSocket by one without a network, so that timings contain only the page's own work.

type Handler = ((event: any) => void) | null;

/** The latest fake socket at each URL. */
export const sockets = new Map<string, FakeSocket>();

/** A message's event. partysocket dispatches a copy that it makes with the event's constructor. */
class MessageFrame {
  readonly type = "message";
  readonly data: string;
  constructor(data: string) {
    this.data = data;
  }
}
Object.defineProperty(MessageFrame.prototype, "constructor", { value: MessageEvent });

export class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;

  readyState = 0;
  bufferedAmount = 0;
  binaryType = "blob";
  extensions = "";
  protocol = "";
  onopen: Handler = null;
  onmessage: Handler = null;
  onerror: Handler = null;
  onclose: Handler = null;
  /** Frames that the page has sent since the last `take()`. */
  sent: string[] = [];
  // Created on demand, to keep a thousand sockets small.
  #listeners: Map<string, Set<(event: any) => void>> | null = null;

  #messages = 0;

  readonly url: string;

  constructor(url: string | URL) {
    this.url = String(url);
    sockets.set(this.url, this);
    queueMicrotask(() => {
      if (this.readyState !== this.CONNECTING) return;
      this.readyState = this.OPEN;
      this.#dispatch(new Event("open"));
    });
  }

  /** Delivers a frame to the page, as if the server had sent it. */
  receive(text: string): void {
    const event = new MessageFrame(text);
    if (this.onmessage !== null) this.onmessage(event);
    if (this.#listeners !== null) this.#tell(event);
  }

  send(text: string): void {
    this.sent.push(text);
    // Replies as a layer-1 server whose conversations are empty. It sets no heartbeat, because pings would disturb
    // the timing.
    if (text.startsWith('{"action":"hello"')) {
      queueMicrotask(() => this.receive('{"action":"welcome","protocol":1,"user_id":1,"heads":{}}'));
    }
  }

  /** Removes the frames sent so far, acknowledges those that have a `client_id`, and returns their number. */
  take(): number {
    const taken = this.sent;
    this.sent = [];
    for (const text of taken) {
      const { client_id, conversation_id } = JSON.parse(text);
      if (client_id === undefined) continue;
      this.#messages += 1;
      const ack = { action: "ack", client_id, conversation_id, message_id: this.#messages, seq: this.#messages };
      this.receive(JSON.stringify(ack));
    }
    return taken.length;
  }

  close(code = 1000, reason = ""): void {
    if (this.readyState >= this.CLOSING) return;
    this.readyState = this.CLOSED;
    queueMicrotask(() => this.#dispatch(new CloseEvent("close", { code, reason, wasClean: true })));
  }

  addEventListener(type: string, listener: (event: any) => void): void {
    this.#listeners ??= new Map();
    const listeners = this.#listeners.get(type);
    if (listeners) listeners.add(listener);
    else this.#listeners.set(type, new Set([listener]));
  }

  removeEventListener(type: string, listener: (event: any) => void): void {
    this.#listeners?.get(type)?.delete(listener);
  }

  #dispatch(event: Event): void {
    this[`on${event.type as "open" | "close"}`]?.(event);
    this.#tell(event);
  }

  #tell(event: { type: string }): void {
    this.#listeners?.get(event.type)?.forEach((listener) => listener(event));
  }
}

export function install(): void {
  globalThis.WebSocket = FakeSocket as unknown as typeof WebSocket;
}

/** Waits until the socket at a URL is open, and returns it. */
export async function opened(url: string): Promise<FakeSocket> {
  const end = Date.now() + 10_000;
  for (;;) {
    const socket = sockets.get(url);
    if (socket?.readyState === socket?.OPEN && socket) return socket;
    if (Date.now() > end) throw new Error(`no socket was opened at ${url}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
