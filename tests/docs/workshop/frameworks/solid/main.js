import { createComponent, createSignal } from "solid-js";
import { render } from "solid-js/web";

import { Page } from "./Page.jsx";

const [id, setId] = createSignal(2);
globalThis.show = setId;
globalThis.leave = render(
  () => createComponent(Page, { get id() { return id(); } }),
  document.getElementById("root"),
);
