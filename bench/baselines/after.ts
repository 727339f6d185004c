/**
 * The hook that inbox-socket replaces: one WebSocket for the whole inbox, written by hand.
 *
 * It calls every listener with every message, and each listener ignores the messages of other conversations.
 * So the work per message grows with the number of open conversations, which the benchmark measures.
 */

import { useCallback, useEffect, useReducer, useRef, useState } from "react";

export type ConversationId = number | string;

export interface InboxMessage {
  conversation_id?: ConversationId;
  message?: string;
  type?: string;
  sender_id?: number;
  [field: string]: unknown;
}

export interface UseWebSocketResult {
  isConnected: boolean;
  isConnecting: boolean;
  error: string | null;
  reconnectAttempts: number;
  sendMessage: (conversationId: ConversationId, message: string, type?: string) => void;
  requestMessages: (conversationId: ConversationId) => void;
  lastMessage: InboxMessage | null;
  retry: () => void;
}

const RECONNECT_DELAYS = [500, 2_000, 5_000, 10_000];
const MAX_RECONNECT_ATTEMPTS = 10;
const CONNECT_TIMEOUT = 5_000;

const CONNECTION_LOST = "Connection lost - reconnecting in background...";
const CONNECTION_FAILED = "Connection error - retrying in background...";
const UNABLE_TO_CONNECT = "Unable to connect. Please check your connection and refresh.";

let configuredUrl: string | null = null;

let globalWebSocket: WebSocket | null = null;

const globalConnectionState = {
  isConnecting: false,
  isConnected: false,
  reconnectAttempts: 0,
  error: null as string | null,
};

const globalMessageListeners = new Set<(message: InboxMessage) => void>();
const globalStateListeners = new Set<() => void>();

let backgroundReconnectTimer: ReturnType<typeof setTimeout> | null = null;

/** Sets the inbox socket's URL. Default: `/ws/inbox/` on the page's own origin. */
export function configure(options: { url: string }): void {
  configuredUrl = options.url;
}

function inboxUrl(): string {
  if (configuredUrl !== null) return configuredUrl;
  const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${window.location.host}/ws/inbox/`;
}

function notifyStateChange(): void {
  globalStateListeners.forEach((listener) => listener());
}

function connectGlobalWebSocket(): void {
  if (globalWebSocket !== null) return;

  globalConnectionState.isConnecting = true;
  notifyStateChange();

  const ws = new WebSocket(inboxUrl());
  globalWebSocket = ws;
  let wasOpen = false;

  // Without a timeout, a server that never answers the handshake would hold the attempt for minutes.
  const connectTimeout = setTimeout(() => ws.close(), CONNECT_TIMEOUT);

  ws.onopen = () => {
    clearTimeout(connectTimeout);
    wasOpen = true;
    globalConnectionState.isConnecting = false;
    globalConnectionState.isConnected = true;
    globalConnectionState.reconnectAttempts = 0;
    globalConnectionState.error = null;
    notifyStateChange();
  };

  ws.onmessage = (event: MessageEvent<string>) => {
    let message: InboxMessage;
    try {
      message = JSON.parse(event.data) as InboxMessage;
    } catch (error) {
      console.error("Unreadable WebSocket message", error);
      return;
    }
    globalMessageListeners.forEach((listener) => listener(message));
  };

  ws.onclose = (event) => {
    clearTimeout(connectTimeout);
    // A socket that was closed on purpose or replaced no longer affects the connection.
    if (globalWebSocket !== ws) return;
    globalWebSocket = null;
    globalConnectionState.isConnecting = false;
    globalConnectionState.isConnected = false;

    if (event.code === 1000) {
      globalConnectionState.error = null;
      notifyStateChange();
      return;
    }
    if (wasOpen) globalConnectionState.error = CONNECTION_LOST;
    else globalConnectionState.error ??= CONNECTION_FAILED;
    scheduleBackgroundReconnect();
    notifyStateChange();
  };
}

function scheduleBackgroundReconnect(): void {
  if (backgroundReconnectTimer !== null || globalMessageListeners.size === 0) return;

  const attempt = globalConnectionState.reconnectAttempts;
  if (attempt >= MAX_RECONNECT_ATTEMPTS) {
    globalConnectionState.error = UNABLE_TO_CONNECT;
    return;
  }
  const delay = RECONNECT_DELAYS[Math.min(attempt, RECONNECT_DELAYS.length - 1)];
  backgroundReconnectTimer = setTimeout(() => {
    backgroundReconnectTimer = null;
    globalConnectionState.reconnectAttempts += 1;
    connectGlobalWebSocket();
  }, delay);
}

function cancelBackgroundReconnect(): void {
  if (backgroundReconnectTimer === null) return;
  clearTimeout(backgroundReconnectTimer);
  backgroundReconnectTimer = null;
}

function disconnectGlobalWebSocket(): void {
  cancelBackgroundReconnect();
  const ws = globalWebSocket;
  globalWebSocket = null;
  globalConnectionState.isConnecting = false;
  globalConnectionState.isConnected = false;
  globalConnectionState.reconnectAttempts = 0;
  globalConnectionState.error = null;
  ws?.close(1000, "No conversations open");
}

function sendFrame(frame: Record<string, unknown>): boolean {
  if (globalWebSocket?.readyState !== WebSocket.OPEN) return false;
  globalWebSocket.send(JSON.stringify(frame));
  return true;
}

export function useWebSocket(
  conversationId: ConversationId | null | undefined,
  onMessage?: (message: InboxMessage) => void,
): UseWebSocketResult {
  const [, rerender] = useReducer((renders: number) => renders + 1, 0);
  const [lastMessage, setLastMessage] = useState<InboxMessage | null>(null);

  // The listener outlives a render, and must call the latest render's callback.
  const onMessageRef = useRef(onMessage);
  useEffect(() => {
    onMessageRef.current = onMessage;
  });

  useEffect(() => {
    const listener = (message: InboxMessage) => {
      if (conversationId != null && message.conversation_id !== conversationId) return;
      setLastMessage(message);
      onMessageRef.current?.(message);
    };
    globalMessageListeners.add(listener);
    globalStateListeners.add(rerender);
    if (globalWebSocket === null && backgroundReconnectTimer === null) connectGlobalWebSocket();
    else rerender();

    return () => {
      globalMessageListeners.delete(listener);
      globalStateListeners.delete(rerender);
      if (globalMessageListeners.size === 0) disconnectGlobalWebSocket();
    };
  }, [conversationId]);

  const sendMessage = useCallback((id: ConversationId, message: string, type = "TEXT") => {
    if (sendFrame({ conversation_id: id, message, type })) return;
    // Hooks of this kind print this although they have no queue: the message is lost.
    console.warn("WebSocket is not connected: message queued");
  }, []);

  const requestMessages = useCallback((id: ConversationId) => {
    sendFrame({ action: "get_messages", conversation_id: id });
  }, []);

  const retry = useCallback(() => {
    cancelBackgroundReconnect();
    globalConnectionState.reconnectAttempts = 0;
    connectGlobalWebSocket();
  }, []);

  return { ...globalConnectionState, sendMessage, requestMessages, lastMessage, retry };
}
