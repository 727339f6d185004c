import { createElement as h, StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { Inbox } from "./inbox.js";

createRoot(document.getElementById("root")).render(h(StrictMode, null, h(Inbox)));
