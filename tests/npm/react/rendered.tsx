// The component that the server renders and the browser hydrates.

import { useState } from "react";
import { useWebSocket } from "inbox-socket/react";

export function Page() {
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
