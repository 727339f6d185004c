// The subscription that the root entry's useWebSocket() returns.

import { checkFunction } from "./client.js";

/** See useWebSocket() in index.d.ts. */
export function openChat(client, conversationId, onMessage, how) {
  const listener = onMessage ?? (() => {});
  checkFunction("onMessage", listener);
  return new Chat(client, client.listen(conversationId, listener, how), conversationId);
}

class Chat {
  #client;
  #subscription;
  #conversationId;

  constructor(client, subscription, conversationId) {
    this.#client = client;
    this.#subscription = subscription;
    this.#conversationId = conversationId;
    this.release = subscription.release;
    this.sendMessage = client.sendMessage;
    this.requestMessages = client.requestMessages;
    this.retry = client.retry;
  }
  get isConnected() {
    return this.#state.isConnected;
  }
  get isConnecting() {
    return this.#state.isConnecting;
  }
  get error() {
    return this.#state.error;
  }
  get reconnectAttempts() {
    return this.#state.reconnectAttempts;
  }
  get pending() {
    return this.#state.pending ?? [];
  }
  get lastMessage() {
    return this.#subscription.lastMessage;
  }
  get #state() {
    return this.#client.getState(this.#conversationId);
  }
}
