import { mount, unmount } from "svelte";

import Page from "./Page.svelte";

const page = mount(Page, { target: document.getElementById("root") });
globalThis.show = page.show;
globalThis.leave = () => void unmount(page);
