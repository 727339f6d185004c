// The same application with Vue. It uses no templates, so it needs no compiler.

import { h } from "vue";
import { configure } from "inbox-socket";
import { useWebSocket } from "inbox-socket/vue";

// The page's URL contains the socket's, so that one build can connect to each run's server.
configure({ url: () => new URLSearchParams(location.search).get("socket"), user: "ana", persist: true });

const Conversation = {
  props: ["id"],
  setup(props) {
    const { isConnected, error, lastMessage, pending, sendMessage } = useWebSocket(() => props.id);
    return () =>
      h("section", { "aria-label": `Conversation ${props.id}` }, [
        h("p", { role: "status" }, isConnected.value ? "connected" : (error.value ?? "connecting")),
        h("p", { role: "log" }, lastMessage.value?.message),
        h(
          "p",
          { role: "note" },
          pending.value.map(({ message }) => message),
        ),
        h("button", { onClick: () => sendMessage(props.id, `Hello from ${props.id}`) }, "Send"),
      ]);
  },
};

export const Inbox = { render: () => [1, 2].map((id) => h(Conversation, { key: id, id })) };
