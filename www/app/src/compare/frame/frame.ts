/** The functions of a frame that the page calls. Both have the same origin, so they need no postMessage. */

export interface Frame {
  /** Opens these conversations and closes all others. */
  show(conversationIds: number[]): void;
  /** Announces messages that will be sent to the open conversations. */
  expect(texts: string[]): void;
  /** Withdraws messages that could not be sent. */
  forget(texts: string[]): void;
  cutNetwork(): void;
  restoreNetwork(): void;
  /** Returns the bytes of WebAssembly memory, which the browser's measurement does not include. */
  wasmMemory(): Promise<number>;
  read(): Counts;
}

/** All except the first three are sums since the frame was loaded. */
export interface Counts {
  conversations: number;
  /** Conversations that show that they are connected. */
  connected: number;
  openSockets: number;
  handshakes: number;
  reconnections: number;
  bytesIn: number;
  bytesOut: number;
  framesIn: number;
  framesOut: number;
  parses: number;
  /** How often code read the conversation id of a message. */
  looks: number;
  /** How often a conversation's listener was called. */
  calls: number;
  renders: number;
  /** Messages of the bursts that the frame should have received, and those that it did. */
  expected: number;
  received: number;
  /** The hook's `error`, from the first conversation that has one. */
  error: string | null;
  /** Why the server last closed a socket, unless it has accepted one since. */
  refusal: { code: number; reason: string } | null;
}

/** Events on the iframe element; their detail is the frame, or the error message. */
export const READY = "frameready";
export const FAILED = "framefailed";
