// The Vue binding: it subscribes while a component is active, and returns the connection's state as refs.

import { computed, hasInjectionContext, inject, shallowRef, ssrContextKey, toValue, watch, watchEffect } from "vue";

import { getState, requestMessages, retry, sendMessage, subscribe, subscribeState } from "./index.js";
import { beforeSubscribing } from "./lib/idle.js";

/** See vue.d.ts. */
export function useWebSocket(conversationId, onMessage) {
  const state = shallowRef(beforeSubscribing(getState()));
  const lastMessage = shallowRef(null);
  // Vue runs these effects on a server too, where no unmounting would end them.
  if (!isOnServer()) {
    // Unlike watchEffect(), watch() does not depend on what the application's url() reads.
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

/** Also checks for the context of Vue's server renderer: a server may define `document` for other libraries. */
function isOnServer() {
  return typeof document === "undefined" || (hasInjectionContext() && inject(ssrContextKey, null) !== null);
}
