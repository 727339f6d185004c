import { createComponent, renderToString } from "solid-js/web";

import { Page } from "./Page.jsx";

console.log(renderToString(() => createComponent(Page, { id: 2 })));
