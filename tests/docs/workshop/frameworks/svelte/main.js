import { configure } from "inbox-socket";
import { flushSync, mount, unmount } from "svelte";

import Page from "./Page.svelte";
import { token } from "./token.svelte.js";

globalThis.enter = () => {
  const page = mount(Page, { target: document.getElementById("root") });
  globalThis.show = page.show;
  globalThis.leave = () => void unmount(page);
};
globalThis.renewToken = () => {
  token.value += 1;
  flushSync();
};

configure({ url: () => `/ws/inbox/?token=${token.value}` });
enter();
