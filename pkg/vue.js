// The Vue binding: it ties a subscription to a component's life, and makes refs of what the connection says.

import {
  computed, hasInjectionContext, inject, shallowRef, ssrContextKey, toValue, watch, watchEffect,
} from "vue";

import { getState, requestMessages, retry, sendMessage, subscribe, subscribeState } from "./index.js";
import { beforeSubscribing } from "./lib/idle.js";

/** See vue.d.ts. */
export function useWebSocket(conversationId, onMessage) {
  const state = shallowRef(beforeSubscribing(getState()));
  const lastMessage = shallowRef(null);
  // Effects end with their component, and on a server a component has no end.
  if (!isOnServer()) {
    // Unlike watchEffect(), it depends on the id alone, and not on what the application's url() reads meanwhile.
    const listen = (id, _, onCleanup) => {
      lastMessage.value = null;
      const end = subscribe(id, (frame) => {
        lastMessage.value = frame;
        onMessage?.(frame);
      });
      onCleanup(end);
    };
    watch(() => toValue(conversationId), listen, { immediate: true });
    watchEffect((onCleanup) => {
      const update = () => void (state.value = getState());
      update();
      onCleanup(subscribeState(update));
    });
  }
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

/** Vue runs these effects there, too. A server may have a document, for other libraries; a renderer gives a context. */
function isOnServer() {
  return typeof document === "undefined" || (hasInjectionContext() && inject(ssrContextKey, null) !== null);
}
