import { render } from "svelte/server";

import Page from "./Page.svelte";

const { body } = await render(Page);
console.log(body);
