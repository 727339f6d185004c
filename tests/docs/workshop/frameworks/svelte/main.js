import { configure, createInbox } from "inbox-socket";
import { flushSync, mount, unmount } from "svelte";

import Page from "./Page.svelte";
import { token } from "./token.svelte.js";

globalThis.enter = () => {
  const page = mount(Page, { target: document.getElementById("root") });
  globalThis.show = page.show;
  globalThis.provide = (options) => page.provide(provided(options));
  globalThis.leave = () => void unmount(page);
};
globalThis.renewToken = () => {
  token.value += 1;
  flushSync();
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
