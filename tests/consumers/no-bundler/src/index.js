// The same application without React, which provides no build for pages without a bundler.

import { configure, subscribeState, useWebSocket } from "inbox-socket";

configure({ url: new URLSearchParams(location.search).get("socket"), user: "ana", persist: true });

for (const id of [1, 2]) {
  const section = document.createElement("section");
  section.ariaLabel = `Conversation ${id}`;
  section.innerHTML = '<p role="status"></p><p role="log"></p><p role="note"></p><button>Send</button>';
  const [status, log, note, button] = section.children;
  const chat = useWebSocket(id, ({ message }) => void (log.textContent = message));
  const show = () => {
    status.textContent = chat.isConnected ? "connected" : (chat.error ?? "connecting");
    note.textContent = chat.pending.map(({ message }) => message).join();
  };
  subscribeState(show);
  show();
  button.onclick = () => chat.sendMessage(id, `Hello from ${id}`);
  document.getElementById("root").append(section);
}
