import { configure, createInbox } from "inbox-socket";
import { createComponent, createSignal } from "solid-js";
import { render } from "solid-js/web";

import { Page } from "./Page.jsx";

const [id, setId] = createSignal(2);
const [inbox, setInbox] = createSignal();
const [token, setToken] = createSignal(1);

globalThis.show = setId;
globalThis.provide = (options) => void setInbox(provided(options));
globalThis.enter = () => {
  globalThis.leave = render(
    () =>
      createComponent(Page, {
        get id() {
          return id();
        },
        get inbox() {
          return inbox();
        },
      }),
    document.getElementById("root"),
  );
};
globalThis.renewToken = () => void setToken((before) => before + 1);

function provided(options) {
  if (options === "support") return options;
  return createInbox({ ...options, adapter: { conversationId: "conversation_id", isMessage } });
}

function isMessage(frame) {
  return frame.kind !== "typing";
}

configure({ url: () => `/ws/inbox/?token=${token()}` });
enter();
