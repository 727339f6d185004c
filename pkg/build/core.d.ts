// What pkg/wasm/core.js and its variants export: the entries of this package are its only user.

import type {
  ConnectionState,
  ConnectionStats,
  ConversationId,
  FrameOptions,
  Options,
  PendingMessage,
  SendOptions,
  SendResult,
  SubscribeOptions,
} from "../index.js";

/** Loads the wasm: the option of that name, or the module of the inlined copy. A second call does nothing. */
export function load(
  wasm: string | URL | Response | BufferSource | WebAssembly.Module | { compile(): Promise<WebAssembly.Module> },
): Promise<void>;

/**
 * A new inbox: its own connection, listeners and queue. `time` is the one that all inboxes go by from now on; without it,
 * it is the page's again.
 */
export function createInbox(options: Options & { wire?: unknown; time?: Time }): Inbox;

export type Time = Pick<typeof globalThis, "performance" | "setTimeout" | "clearTimeout">;

export interface Inbox {
  useWebSocket(
    conversationId: ConversationId | null | undefined,
    onMessage: (frame: any) => void,
    how?: SubscribeOptions,
  ): Subscription;
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
  /** `user` is for `persist`, as in the next. */
  disconnect(user?: null): void;
  changeUser(user?: string | number): void;
  getState(conversationId?: ConversationId | null): ConnectionState & { pending?: readonly PendingMessage[] };
  subscribeState(listener: () => void): () => void;
  getStats(): ConnectionStats;
  configure(options?: Options): void;
  /** With a socket for each conversation: those inboxes. */
  readonly inboxes?: Inbox[];
  /** With `persist`: see lib/persist. */
  resend?(clientId: string): Promise<SendResult> | undefined;
  discard?(clientId: string): boolean;
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
