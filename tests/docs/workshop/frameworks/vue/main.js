import { configure, createInbox } from "inbox-socket";
import { createApp, h, nextTick, ref, shallowRef } from "vue";

import Page from "./Page.vue";

const id = ref(2);
const inbox = shallowRef();
const token = ref(1);
let app;

globalThis.show = (next) => void (id.value = next);
globalThis.provide = (options) => void (inbox.value = provided(options));
globalThis.enter = () => {
  app = createApp({ render: () => h(Page, { id: id.value, inbox: inbox.value }) });
  app.mount("#root");
};
globalThis.leave = () => app.unmount();
globalThis.renewToken = () => {
  token.value += 1;
  return nextTick();
};

function provided(options) {
  if (options === "support") return options;
  return createInbox({ ...options, adapter: { conversationId: "conversation_id", isMessage } });
}

function isMessage(frame) {
  return frame.kind !== "typing";
}

configure({ url: () => `/ws/inbox/?token=${token.value}` });
enter();
