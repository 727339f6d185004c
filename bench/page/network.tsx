// The page that talks to the real server, and counts the work of the browser and React.

import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

import { logIn } from "../../tests/support/log-in.mjs";
import { components, renders } from "./components";
import { heapAndWasm, watchWasm } from "./memory";

const counts = {
  /** WebSockets created, which are attempts to connect. */
  sockets: 0,
  open: 0,
  /** Calls of the sockets' handlers: `open`, `close` and `error`. */
  lifecycle: 0,
  messages: 0,
  parses: 0,
  /** Reads of a message's conversation id. */
  looks: 0,
  /** Pings that the client sends; browsers hide the server's from pages. */
  clientPings: 0,
  heard: 0,
  astray: 0,
};

/** The browser's WebSocket with its handlers counted. */
class CountedWebSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    counts.sockets += 1;
    this.addEventListener("open", () => {
      counts.open += 1;
      this.addEventListener("close", () => (counts.open -= 1));
    });
  }

  override send(data: string): void {
    if (data.startsWith('{"action":"ping"')) counts.clientPings += 1;
    super.send(data);
  }
}
for (const type of ["open", "message", "close", "error"]) {
  const { get, set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, `on${type}`)!;
  Object.defineProperty(CountedWebSocket.prototype, `on${type}`, {
    get,
    set(handler: ((event: Event) => void) | null) {
      const counted = (event: Event) => {
        counts[type === "message" ? "messages" : "lifecycle"] += 1;
        handler!(event);
      };
      set!.call(this, handler && counted);
    },
  });
}
globalThis.WebSocket = CountedWebSocket;

const parse = JSON.parse;
JSON.parse = (text: string) => {
  counts.parses += 1;
  const message = parse(text);
  const id = message?.conversation_id;
  if (id !== undefined) {
    const get = () => {
      counts.looks += 1;
      return id;
    };
    Object.defineProperty(message, "conversation_id", { get, enumerable: true });
  }
  return message;
};

const root = createRoot(document.body.appendChild(document.createElement("div")));

/** Opens these conversations and closes all others. */
function show(name: string, ids: number[]): void {
  const Conversation = components[name]!;
  flushSync(() => root.render(ids.map((id) => <Conversation key={id} url="" id={id} hear={hearOf(id)} />)));
}

const hearOf = (id: number) => (message: any) => {
  // Frames without a text aren't messages.
  if (message.message === undefined) return;
  const { looks } = counts;
  counts.heard += 1;
  if (message.conversation_id !== id) counts.astray += 1;
  counts.looks = looks;
};

/** Returns the number of conversations that show that they are connected. */
const connected = () => [...document.querySelectorAll("p")].filter((p) => p.textContent === "connected").length;

const read = () => ({ ...counts, renders: renders.count, connected: connected() });

watchWasm();
Object.assign(globalThis, { bench: { logIn, show, read, heapAndWasm } });
