import { useWebSocket } from "inbox-socket/solid";

import { Conversation } from "./Conversation.tsx";

function Probe(props) {
  const chat = useWebSocket(() => props.id);
  const members = ["isConnected", "isConnecting", "error", "reconnectAttempts", "lastMessage"];
  globalThis.retry = chat.retry;
  return <output>{JSON.stringify(Object.fromEntries(members.map((name) => [name, chat[name]])))}</output>;
}

export function Page(props) {
  return (
    <>
      {/* The probe is first, so that its subscription opens the connection. */}
      <Probe id={props.id} />
      <Conversation id={props.id} />
    </>
  );
}
