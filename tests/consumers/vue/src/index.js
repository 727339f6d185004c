import { createApp } from "vue";

import { Inbox } from "./inbox.js";

createApp(Inbox).mount("#root");
