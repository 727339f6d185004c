/**
 * The architecture before the single connection: one WebSocket per conversation.
 *
 * Four Maps keyed by the conversation's id contain its socket, listeners, reconnection timer and state.
 * Components of one conversation share its socket; conversations share nothing, so ten of them take ten
 * handshakes, pings and reconnections.
 */

import { useCallback, useEffect, useReducer, useRef, useState } from "react";

export type ConversationId = number | string;

export interface ChatMessage {
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
  lastMessage: ChatMessage | null;
  retry: () => void;
}

interface ConnectionState {
  isConnecting: boolean;
  isConnected: boolean;
  attempts: number;
  error: string | null;
}

interface ConnectionListener {
  onStateChange: () => void;
  onMessage: (message: ChatMessage) => void;
}

const RECONNECT_DELAYS = [500, 2_000, 5_000, 10_000];
const MAX_RECONNECT_ATTEMPTS = 10;
const CONNECT_TIMEOUT = 5_000;

const CONNECTION_LOST = "Connection lost - reconnecting in background...";
const CONNECTION_FAILED = "Connection error - retrying in background...";
const UNABLE_TO_CONNECT = "Unable to connect. Please check your connection and refresh.";

const IDLE: Readonly<ConnectionState> = {
  isConnecting: false,
  isConnected: false,
  attempts: 0,
  error: null,
};

let configuredUrl: string | null = null;

const wsConnections = new Map<ConversationId, WebSocket>();
const connectionListeners = new Map<ConversationId, Set<ConnectionListener>>();
const backgroundReconnects = new Map<ConversationId, ReturnType<typeof setTimeout>>();
const connectionStates = new Map<ConversationId, ConnectionState>();

/**
 * Sets the base of the sockets' URLs, which are `<url><id>/`. Default: `/ws/chat/` on the page's own origin.
 */
export function configure(options: { url: string }): void {
  configuredUrl = options.url;
}

function conversationUrl(conversationId: ConversationId): string {
  const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
  const base = configuredUrl ?? `${scheme}//${window.location.host}/ws/chat/`;
  return `${base}${encodeURIComponent(conversationId)}/`;
}

function updateState(conversationId: ConversationId, change: Partial<ConnectionState>): void {
  const state = connectionStates.get(conversationId) ?? IDLE;
  connectionStates.set(conversationId, { ...state, ...change });
  connectionListeners.get(conversationId)?.forEach((listener) => listener.onStateChange());
}

function connect(conversationId: ConversationId): void {
  if (wsConnections.has(conversationId)) return;

  const ws = new WebSocket(conversationUrl(conversationId));
  wsConnections.set(conversationId, ws);
  updateState(conversationId, { isConnecting: true });
  let wasOpen = false;

  // Without a timeout, a server that never answers the handshake would hold the attempt for minutes.
  const connectTimeout = setTimeout(() => ws.close(), CONNECT_TIMEOUT);

  ws.onopen = () => {
    clearTimeout(connectTimeout);
    wasOpen = true;
    updateState(conversationId, {
      isConnecting: false,
      isConnected: true,
      attempts: 0,
      error: null,
    });
  };

  ws.onmessage = (event: MessageEvent<string>) => {
    let message: ChatMessage;
    try {
      message = JSON.parse(event.data) as ChatMessage;
    } catch (error) {
      console.error(`Unreadable message in conversation ${conversationId}`, error);
      return;
    }
    connectionListeners.get(conversationId)?.forEach((listener) => listener.onMessage(message));
  };

  ws.onclose = (event) => {
    clearTimeout(connectTimeout);
    // A socket that was closed on purpose or replaced no longer affects its conversation.
    if (wsConnections.get(conversationId) !== ws) return;
    wsConnections.delete(conversationId);

    if (event.code === 1000) {
      updateState(conversationId, { isConnecting: false, isConnected: false, error: null });
      return;
    }
    const previousError = connectionStates.get(conversationId)?.error ?? null;
    updateState(conversationId, {
      isConnecting: false,
      isConnected: false,
      error: wasOpen ? CONNECTION_LOST : (previousError ?? CONNECTION_FAILED),
    });
    scheduleBackgroundReconnect(conversationId);
  };
}

function scheduleBackgroundReconnect(conversationId: ConversationId): void {
  if (backgroundReconnects.has(conversationId)) return;
  if (!connectionListeners.has(conversationId)) return;

  const attempts = connectionStates.get(conversationId)?.attempts ?? 0;
  if (attempts >= MAX_RECONNECT_ATTEMPTS) {
    updateState(conversationId, { error: UNABLE_TO_CONNECT });
    return;
  }
  const delay = RECONNECT_DELAYS[Math.min(attempts, RECONNECT_DELAYS.length - 1)];
  const timer = setTimeout(() => {
    backgroundReconnects.delete(conversationId);
    updateState(conversationId, { attempts: attempts + 1 });
    connect(conversationId);
  }, delay);
  backgroundReconnects.set(conversationId, timer);
}

function cancelBackgroundReconnect(conversationId: ConversationId): void {
  clearTimeout(backgroundReconnects.get(conversationId));
  backgroundReconnects.delete(conversationId);
}

function disconnect(conversationId: ConversationId): void {
  cancelBackgroundReconnect(conversationId);
  const ws = wsConnections.get(conversationId);
  wsConnections.delete(conversationId);
  connectionStates.delete(conversationId);
  ws?.close(1000, "Conversation closed");
}

function addListener(conversationId: ConversationId, listener: ConnectionListener): void {
  const listeners = connectionListeners.get(conversationId);
  if (listeners) listeners.add(listener);
  else connectionListeners.set(conversationId, new Set([listener]));
}

function removeListener(conversationId: ConversationId, listener: ConnectionListener): void {
  const listeners = connectionListeners.get(conversationId);
  if (!listeners) return;
  listeners.delete(listener);
  if (listeners.size > 0) return;
  connectionListeners.delete(conversationId);
  disconnect(conversationId);
}

function sendFrame(conversationId: ConversationId, frame: Record<string, unknown>): boolean {
  const ws = wsConnections.get(conversationId);
  if (ws?.readyState !== WebSocket.OPEN) return false;
  ws.send(JSON.stringify(frame));
  return true;
}

/** Without an id the hook does nothing: this architecture cannot subscribe to the whole inbox. */
export function useWebSocket(
  conversationId: ConversationId | null | undefined,
  onMessage?: (message: ChatMessage) => void,
): UseWebSocketResult {
  const [, rerender] = useReducer((renders: number) => renders + 1, 0);
  const [lastMessage, setLastMessage] = useState<ChatMessage | null>(null);

  // The listener outlives a render, and must call the latest render's callback.
  const onMessageRef = useRef(onMessage);
  useEffect(() => {
    onMessageRef.current = onMessage;
  });

  useEffect(() => {
    if (conversationId == null) return;
    const listener: ConnectionListener = {
      onStateChange: rerender,
      onMessage: (message) => {
        setLastMessage(message);
        onMessageRef.current?.(message);
      },
    };
    addListener(conversationId, listener);
    if (wsConnections.has(conversationId) || backgroundReconnects.has(conversationId)) rerender();
    else connect(conversationId);

    return () => removeListener(conversationId, listener);
  }, [conversationId]);

  const sendMessage = useCallback((id: ConversationId, message: string, type = "TEXT") => {
    if (sendFrame(id, { conversation_id: id, message, type })) return;
    // Hooks of this kind print this although they have no queue: the message is lost.
    console.warn(`WebSocket of conversation ${id} is not connected: message queued`);
  }, []);

  const requestMessages = useCallback((id: ConversationId) => {
    sendFrame(id, { action: "get_messages", conversation_id: id });
  }, []);

  const retry = useCallback(() => {
    if (conversationId == null) return;
    cancelBackgroundReconnect(conversationId);
    updateState(conversationId, { attempts: 0 });
    connect(conversationId);
  }, [conversationId]);

  const { isConnected, isConnecting, attempts, error } =
    (conversationId != null && connectionStates.get(conversationId)) || IDLE;

  return {
    isConnected,
    isConnecting,
    error,
    reconnectAttempts: attempts,
    sendMessage,
    requestMessages,
    lastMessage,
    retry,
  };
}
