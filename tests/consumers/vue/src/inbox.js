// The same application with Vue. Without templates, so that it needs no compiler.

import { h } from "vue";
import { configure } from "inbox-socket";
import { useWebSocket } from "inbox-socket/vue";

// The page's address names the socket's, so that what was built once meets the server of each run.
configure({ url: () => new URLSearchParams(location.search).get("socket") });

const Conversation = {
  props: ["id"],
  setup(props) {
    const { isConnected, error, lastMessage, sendMessage } = useWebSocket(() => props.id);
    return () =>
      h("section", { "aria-label": `Conversation ${props.id}` }, [
        h("p", { role: "status" }, isConnected.value ? "connected" : (error.value ?? "connecting")),
        h("p", { role: "log" }, lastMessage.value?.message),
        h("button", { onClick: () => sendMessage(props.id, `Hello from ${props.id}`) }, "Send"),
      ]);
  },
};

export const Inbox = { render: () => [1, 2].map((id) => h(Conversation, { key: id, id })) };
