/**
 * Counts what an architecture makes the browser do. It stands alone in its frame, and the frame has a `WebSocket`
 * and a `JSON` of its own: whatever is counted here was done by that architecture and by nobody else.
 */

export const counts = {
  openSockets: 0,
  handshakes: 0,
  reconnections: 0,
  bytesIn: 0,
  bytesOut: 0,
  framesIn: 0,
  framesOut: 0,
  parses: 0,
  looks: 0,
  refusal: null as { code: number; reason: string } | null,
};

/** Where a socket has been asked for already. The next one for the same address is an attempt to reconnect. */
const addresses = new Set<string>();

export function countSockets(): void {
  window.WebSocket = class extends window.WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      const { pathname } = new URL(this.url);
      // In development Vite has a socket of its own.
      if (!pathname.startsWith("/ws/")) return;

      if (addresses.has(pathname)) counts.reconnections += 1;
      addresses.add(pathname);
      this.addEventListener("open", () => {
        counts.refusal = null;
        counts.openSockets += 1;
        counts.handshakes += 1;
        this.addEventListener("close", () => (counts.openSockets -= 1));
      });
      this.addEventListener("message", ({ data }) => {
        counts.framesIn += 1;
        counts.bytesIn += bytes(data);
      });
      this.addEventListener("close", ({ code, reason, wasClean }) => {
        // Not a restart, nor the switch that cuts the network.
        if (wasClean && (code === 1013 || code > 4000)) counts.refusal = { code, reason };
      });
    }

    override send(data: string): void {
      counts.framesOut += 1;
      counts.bytesOut += bytes(data);
      super.send(data);
    }
  };
}

/** The conversation was closed: a socket for it is a new one again. */
export function forgetAddress(conversationId: number): void {
  addresses.delete(`/ws/chat/${conversationId}/`);
}

/** Counts texts that are parsed, and by a getter how often a message is asked whose it is. */
export function countParses(): void {
  const parse = JSON.parse;
  JSON.parse = (text: string) => {
    counts.parses += 1;
    const parsed = parse(text);
    // What was missed comes in one frame.
    for (const message of [parsed, ...(parsed?.messages ?? [])]) countLooks(message);
    return parsed;
  };
}

function countLooks(message: { conversation_id?: unknown } | null): void {
  const id = message?.conversation_id;
  if (id === undefined) return;
  const get = () => {
    counts.looks += 1;
    return id;
  };
  Object.defineProperty(message, "conversation_id", { get, enumerable: true });
}

const encoder = new TextEncoder();
const bytes = (text: string) => encoder.encode(text).length;
