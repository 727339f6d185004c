import { createSSRApp } from "vue";
import { renderToString } from "vue/server-renderer";

import Page from "./Page.vue";

console.log(await renderToString(createSSRApp(Page, { id: 2 })));
