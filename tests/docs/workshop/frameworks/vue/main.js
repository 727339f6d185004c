import { configure } from "inbox-socket";
import { createApp, h, nextTick, ref } from "vue";

import Page from "./Page.vue";

const id = ref(2);
const token = ref(1);
let app;

globalThis.show = (next) => void (id.value = next);
globalThis.enter = () => {
  app = createApp({ render: () => h(Page, { id: id.value }) });
  app.mount("#root");
};
globalThis.leave = () => app.unmount();
globalThis.renewToken = () => {
  token.value += 1;
  return nextTick();
};

configure({ url: () => `/ws/inbox/?token=${token.value}` });
enter();
