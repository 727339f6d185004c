// The Vue binding: it ties a subscription to a component's life, and makes refs of what the connection says.

import { computed, shallowRef, toValue, watchEffect } from "vue";

import { getState, requestMessages, retry, sendMessage, subscribe, subscribeState } from "./index.js";
import { beforeSubscribing } from "./lib/idle.js";

/** See vue.d.ts. */
export function useWebSocket(conversationId, onMessage) {
  const state = shallowRef(beforeSubscribing(getState()));
  const lastMessage = shallowRef(null);
  // An effect ends with its component, and none runs on a server.
  watchEffect((onCleanup) => {
    const id = toValue(conversationId);
    lastMessage.value = null;
    const end = subscribe(id, (frame) => {
      lastMessage.value = frame;
      onMessage?.(frame);
    });
    onCleanup(end);
  });
  watchEffect((onCleanup) => {
    const update = () => void (state.value = getState());
    update();
    onCleanup(subscribeState(update));
  });
  return {
    isConnected: computed(() => state.value.isConnected),
    isConnecting: computed(() => state.value.isConnecting),
    error: computed(() => state.value.error),
    reconnectAttempts: computed(() => state.value.reconnectAttempts),
    lastMessage,
    sendMessage,
    requestMessages,
    retry,
  };
}
