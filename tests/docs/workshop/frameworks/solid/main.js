import { configure } from "inbox-socket";
import { createComponent, createSignal } from "solid-js";
import { render } from "solid-js/web";

import { Page } from "./Page.jsx";

const [id, setId] = createSignal(2);
const [token, setToken] = createSignal(1);

globalThis.show = setId;
globalThis.enter = () => {
  globalThis.leave = render(
    () =>
      createComponent(Page, {
        get id() {
          return id();
        },
      }),
    document.getElementById("root"),
  );
};
globalThis.renewToken = () => void setToken((before) => before + 1);

configure({ url: () => `/ws/inbox/?token=${token()}` });
enter();
