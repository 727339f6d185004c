/** What a frame offers to the page around it. Both are of one origin, so it is called and not sent messages. */

export interface Frame {
  /** Opens these conversations and closes all others. */
  show(conversationIds: number[]): void;
  /** These messages are about to be sent to the conversations that are open. */
  expect(texts: string[]): void;
  /** They were not sent after all. */
  forget(texts: string[]): void;
  cutNetwork(): void;
  restoreNetwork(): void;
  /** The bytes of WebAssembly's own memory, which a browser does not count with the rest. */
  wasmMemory(): Promise<number>;
  read(): Counts;
}

/** All but the first three are sums since the frame was loaded. */
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
  /** How often somebody read the conversation id of a message. */
  looks: number;
  /** How often a conversation was handed a frame. */
  calls: number;
  renders: number;
  /** Messages of the bursts that were to be heard, and those that were. */
  expected: number;
  heard: number;
  /** What the hook says is wrong, in the first conversation that has something to say. */
  error: string | null;
  /** Why the server would not have a socket, if that came after the last one that it took. */
  refusal: { code: number; reason: string } | null;
}

/** Dispatched on the iframe element, with the frame as its detail, or with what went wrong. */
export const READY = "frameready";
export const FAILED = "framefailed";
