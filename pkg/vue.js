// The Vue binding: it subscribes while a component is active, and returns the connection's state as refs.

import { computed, hasInjectionContext, inject, provide, shallowRef, ssrContextKey, toValue, watch } from "vue";

import { client } from "./lib/client.js";
import { follow, inboxOf, PROVIDED } from "./lib/follow.js";
import { beforeSubscribing } from "./lib/idle.js";

/** See vue.d.ts. */
export function provideInbox(inbox) {
  const provided = inboxOf(() => toValue(inbox));
  provide(PROVIDED, provided);
}

/** See vue.d.ts. */
export function useWebSocket(conversationId, onMessage, how) {
  const inbox = hasInjectionContext() ? inject(PROVIDED, client) : client;
  const state = shallowRef(beforeSubscribing(inbox().getState(toValue(conversationId))));
  const lastMessage = shallowRef(null);
  // Vue runs these effects on a server too, where no unmounting would end them.
  if (!isOnServer()) {
    const showState = (next) => void (state.value = next);
    const showMessage = (last) => void (lastMessage.value = last);
    // Unlike watchEffect(), watch() does not depend on what the application's url() reads.
    const listen = ([inbox, id], _, onCleanup) => onCleanup(follow(inbox, id, onMessage, showState, showMessage, how));
    watch([inbox, () => toValue(conversationId)], listen, { immediate: true });
  }
  return {
    isConnected: computed(() => state.value.isConnected),
    isConnecting: computed(() => state.value.isConnecting),
    error: computed(() => state.value.error),
    reconnectAttempts: computed(() => state.value.reconnectAttempts),
    pending: computed(() => state.value.pending ?? []),
    lastMessage,
    sendMessage: (...message) => inbox().sendMessage(...message),
    requestMessages: (id) => inbox().requestMessages(id),
    retry: () => inbox().retry(),
  };
}

/** Also checks for the context of Vue's server renderer: a server may define `document` for other libraries. */
function isOnServer() {
  return typeof document === "undefined" || (hasInjectionContext() && inject(ssrContextKey, null) !== null);
}
