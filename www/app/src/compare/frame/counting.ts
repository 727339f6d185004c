/**
 * Counts the work of one architecture. Each runs alone in a frame that has a separate `WebSocket` and `JSON`, so the
 * counts cover that architecture only.
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

/** Paths that have had a socket before. The next socket for the same path is an attempt to reconnect. */
const addresses = new Set<string>();

export function countSockets(): void {
  window.WebSocket = class extends window.WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      const { pathname } = new URL(this.url);
      // Vite's dev server uses a socket too.
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
        // Ignores restarts (1012) and the network switch (4000).
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

/** Call when a conversation is closed: its next socket is not a reconnection. */
export function forgetAddress(conversationId: number): void {
  addresses.delete(`/ws/chat/${conversationId}/`);
}

/** Counts calls of `JSON.parse`, and by a getter how often code reads the conversation id of a message. */
export function countParses(): void {
  const parse = JSON.parse;
  JSON.parse = (text: string) => {
    counts.parses += 1;
    const parsed = parse(text);
    // A sync_response contains several messages.
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
