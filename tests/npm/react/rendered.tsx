// The component that the server renders and the browser hydrates.

import { useState } from "react";
import type { Inbox } from "inbox-socket";
import { InboxProvider, useWebSocket } from "inbox-socket/react";

/** The page, with the inbox of a provider if one is given. */
export function Page({ inbox }: { inbox?: Inbox }) {
  if (!inbox) return <Content />;
  return (
    <InboxProvider inbox={inbox}>
      <Content />
    </InboxProvider>
  );
}

function Content() {
  const { isConnected, isConnecting, error, reconnectAttempts, lastMessage } = useWebSocket(1);
  const [clicks, setClicks] = useState(0);
  return (
    <main>
      <p id="state">{JSON.stringify({ isConnected, isConnecting, error, reconnectAttempts })}</p>
      <p id="message">{lastMessage?.message ?? "nothing yet"}</p>
      <button onClick={() => setClicks(clicks + 1)}>{clicks}</button>
    </main>
  );
}
