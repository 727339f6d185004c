"use client";

// The application that every consumer builds. It uses no JSX, so it needs no compiler.

import { createElement as h } from "react";
import { configure } from "inbox-socket";
import { useWebSocket } from "inbox-socket/react";

// The page's URL contains the socket's, so that one build can connect to each run's server.
configure({ url: () => new URLSearchParams(location.search).get("socket"), user: "ana", persist: true });

export function Conversation({ id, hook = useWebSocket }) {
  const { isConnected, error, lastMessage, pending, sendMessage } = hook(id);
  return h(
    "section",
    { "aria-label": `Conversation ${id}` },
    h("p", { role: "status" }, isConnected ? "connected" : (error ?? "connecting")),
    h("p", { role: "log" }, lastMessage?.message),
    h(
      "p",
      { role: "note" },
      pending?.map(({ message }) => message),
    ),
    h("button", { onClick: () => sendMessage(id, `Hello from ${id}`) }, "Send"),
  );
}

export function Inbox() {
  return [1, 2].map((id) => h(Conversation, { key: id, id }));
}
