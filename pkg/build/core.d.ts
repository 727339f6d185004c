// What pkg/wasm/core.js exports: the entries of this package are its only user.

import type {
  ConnectionState,
  ConnectionStats,
  ConversationId,
  FrameOptions,
  Options,
  SendOptions,
  SendResult,
} from "../index.js";

export function initSync(module: { module: BufferSource | WebAssembly.Module }): unknown;

/** Compiles the value of the option `wasm`. */
export function compile(
  wasm: string | URL | Response | BufferSource | WebAssembly.Module,
): WebAssembly.Module | Promise<WebAssembly.Module>;

/** A new inbox: its own connection, listeners and queue. */
export function createInbox(options?: Options & { wire?: unknown }): Inbox;

/** The time that all inboxes go by from now on; without one it is the page's again. */
export function setTime(time?: Pick<typeof globalThis, "performance" | "setTimeout" | "clearTimeout">): void;

export interface Inbox {
  useWebSocket(conversationId: ConversationId | null | undefined, onMessage: (frame: any) => void): Subscription;
  subscribe(conversationId: ConversationId | null | undefined, listener: (frame: any) => void): () => void;
  sendMessage(
    conversationId: ConversationId,
    message: unknown,
    type?: string,
    options?: SendOptions,
  ): Promise<SendResult>;
  requestMessages(conversationId: ConversationId): Promise<SendResult>;
  send(frame: object | string, options?: FrameOptions): Promise<SendResult>;
  retry(): void;
  disconnect(): void;
  changeUser(): void;
  getState(conversationId?: ConversationId | null): ConnectionState;
  subscribeState(listener: () => void): () => void;
  getStats(): ConnectionStats;
  configure(options?: Options): void;
  /** With a socket for each conversation: those inboxes. */
  readonly inboxes?: Inbox[];
  readonly isIdle: boolean;
  dispose(): void;
  inspect(): number;
  isUnderWay(send: number): boolean;
  watchAttempts(observer: (url: string, socket: WebSocket | undefined) => void): () => void;
  readonly listeners: {
    conversations: { byId: Map<ConversationId, Heard<ConversationId>> };
    everything: Heard<null>;
  };
  readonly outgoing: { drafts: Map<number, { text: string }> };
}

export interface Subscription {
  readonly lastMessage: any;
  release(): void;
}

type Listener = { next?: Listener };
type Heard<Id> = { id: Id; first?: Listener };
