import { InboxProvider, useWebSocket } from "inbox-socket/solid";
import { Show } from "solid-js";

import { Conversation } from "./Conversation.tsx";
import { Support } from "./Support.tsx";

function Probe(props) {
  const chat = useWebSocket(
    () => props.id,
    () => void (globalThis.heardByProbes = (globalThis.heardByProbes ?? 0) + 1),
  );
  const members = ["isConnected", "isConnecting", "error", "reconnectAttempts", "lastMessage"];
  globalThis.retry = chat.retry;
  globalThis.chats = [...(globalThis.chats ?? []), chat];
  return <output>{JSON.stringify(Object.fromEntries(members.map((name) => [name, chat[name]])))}</output>;
}

export function Page(props) {
  return (
    <>
      {/* The probe is first, so that its subscription opens the connection. */}
      <Probe id={props.id} />
      <Conversation id={props.id} />
      <Show when={props.inbox === "support"}>
        <Support />
      </Show>
      <Show when={typeof props.inbox === "object"}>
        <InboxProvider inbox={props.inbox}>
          <Probe id={props.id} />
        </InboxProvider>
      </Show>
    </>
  );
}
