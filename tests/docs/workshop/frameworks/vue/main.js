import { createApp, h, ref } from "vue";

import Page from "./Page.vue";

const id = ref(2);
globalThis.show = (next) => void (id.value = next);
const app = createApp({ render: () => h(Page, { id: id.value }) });
app.mount("#root");
globalThis.leave = () => app.unmount();
