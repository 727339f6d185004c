import { createElement as h } from "react";
import { createRoot } from "react-dom/client";
import { useWebSocket } from "inbox-socket-again/react";

import { Conversation } from "./inbox.js";

createRoot(document.getElementById("root")).render([
  h(Conversation, { key: 1, id: 1 }),
  h(Conversation, { key: 2, id: 2, hook: useWebSocket }),
]);
