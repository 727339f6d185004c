// Tests of the package's types, which the type check runs: @ts-expect-error marks each line that must be an error, and
// fails if it isn't.

import {
  type ChatHandle,
  type ConnectionStats,
  type InboxFrame,
  type SendResult,
  configure,
  createInbox,
  type getStats,
  send,
  sendMessage,
  subscribe,
  type subscribeState,
  useWebSocket,
} from "inbox-socket";
import { InboxProvider, type InboxProviderProps, useWebSocket as useHook } from "inbox-socket/react";

import { same } from "./equal.js";

interface Message {
  conversation_id: number;
  message: string;
}

export function Component() {
  const plain = useHook(2, (frame) => same<typeof frame, InboxFrame>(true));
  same<typeof plain.lastMessage, InboxFrame | null>(true);
  same<typeof plain.error, string | null>(true);
  same<typeof plain.isConnected, boolean>(true);
  same<typeof plain.reconnectAttempts, number>(true);
  const own = useHook<Message>("2", (frame) => same<typeof frame, InboxFrame<Message>>(true));
  same<typeof own.lastMessage, InboxFrame<Message> | null>(true);
  same<ReturnType<typeof own.sendMessage>, Promise<SendResult>>(true);
  useHook(null);
  useHook(undefined, null);

  // @ts-expect-error an id must be a string or a number
  useHook({ id: 2 });
  // @ts-expect-error React's hook unsubscribes by itself on unmount
  plain.release();
  // @ts-expect-error the state is read-only
  plain.isConnected = true;
  // @ts-expect-error a callback must be a function
  useHook(2, "onMessage");
  return null;
}

export function providers() {
  const inbox = createInbox({ url: "wss://example.com/ws" });
  same<InboxProviderProps["inbox"], typeof inbox>(true);
  same<ReturnType<typeof inbox.useWebSocket<Message>>, ChatHandle<Message>>(true);
  // @ts-expect-error a provider needs an inbox
  const without = <InboxProvider />;
  // @ts-expect-error options are not an inbox
  const options = <InboxProvider inbox={{ url: "/ws" }} />;
  const one = (
    <InboxProvider inbox={inbox}>
      <Component />
      {without}
      {options}
    </InboxProvider>
  );
  return <InboxProvider inbox={inbox}>{one}</InboxProvider>;
}

export async function root() {
  same<ReturnType<typeof useWebSocket<Message>>, ChatHandle<Message>>(true);
  useWebSocket(2).release();
  same<ReturnType<typeof subscribe>, () => void>(true);
  same<ReturnType<typeof subscribeState>, () => void>(true);
  same<ReturnType<typeof getStats>, ConnectionStats | null>(true);
  const result = await sendMessage(2, "Hello");
  if (result.status === "failed") same<typeof result.reason, string>(true);
  // @ts-expect-error only a failed message has a reason
  else result.reason;
  sendMessage("x", { any: ["JSON"] }, "CARD");

  // @ts-expect-error a message needs a conversation
  sendMessage(null, "Hello");
  // @ts-expect-error the options of react-use-websocket, which takes an address
  useWebSocket("wss://example.com/ws", { share: true, onMessage: () => {} });
  // @ts-expect-error what react-use-websocket returns
  useWebSocket("wss://example.com/ws").sendJsonMessage({});
  // @ts-expect-error its readyState
  if (useWebSocket("wss://example.com/ws").readyState === 1) return;
  // @ts-expect-error a frame must be an object, or text on another wire
  send(5);
  // @ts-expect-error a subscription needs a listener
  subscribe(2);
}

configure({});
configure({ url: "/ws", reconnectDelays: [1], jitter: 0, maxAttempts: Infinity, connectTimeout: 1, linger: 0 });
configure({ url: new URL("wss://example.com"), queueLimit: 1, frameLimit: 1, protocol: 0 });
configure({ url: () => "/ws", wasm: new ArrayBuffer(8) });
configure({ url: async () => new URL("wss://example.com"), wasm: fetch("/core.wasm") });
// @ts-expect-error the option is called reconnectDelays
configure({ reconnectDelay: [1] });
// @ts-expect-error the delays must be an array
configure({ reconnectDelays: 500 });
// @ts-expect-error url must return a string or a URL
configure({ url: () => 2 });
