// What the types promise, told by the type check alone: every line that should be refused is marked, and the mark
// is an error where it is not.

import {
  type ChatHandle, type ConnectionStats, type InboxFrame, type SendResult,
  configure, getStats, send, sendMessage, subscribe, subscribeState, useWebSocket,
} from "inbox-socket";
import { useWebSocket as useHook } from "inbox-socket/react";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Equal<A, B>) => {};

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

  // @ts-expect-error an object is no conversation
  useHook({ id: 2 });
  // @ts-expect-error a component's part ends with the component
  plain.release();
  // @ts-expect-error the state is read, not written
  plain.isConnected = true;
  // @ts-expect-error a text is no callback
  useHook(2, "onMessage");
  return null;
}

export async function root() {
  same<ReturnType<typeof useWebSocket<Message>>, ChatHandle<Message>>(true);
  useWebSocket(2).release();
  same<ReturnType<typeof subscribe>, () => void>(true);
  same<ReturnType<typeof subscribeState>, () => void>(true);
  same<ReturnType<typeof getStats>, ConnectionStats | null>(true);
  const result = await sendMessage(2, "Hello");
  if (result.status === "failed") same<typeof result.reason, string>(true);
  // @ts-expect-error only a failure has a reason
  else result.reason;
  sendMessage("x", { any: ["JSON"] }, "CARD");

  // @ts-expect-error messages belong to a conversation
  sendMessage(null, "Hello");
  // @ts-expect-error a frame is an object
  send("Hello");
  // @ts-expect-error a subscription needs a listener
  subscribe(2);
}

configure({});
configure({ url: "/ws", reconnectDelays: [1], jitter: 0, maxAttempts: Infinity, connectTimeout: 1, linger: 0 });
configure({ url: new URL("wss://example.com"), queueLimit: 1, frameLimit: 1, protocol: 0 });
configure({ url: () => "/ws", wasm: new ArrayBuffer(8) });
configure({ url: async () => new URL("wss://example.com"), wasm: fetch("/core.wasm") });
// @ts-expect-error there is no such option
configure({ reconnectDelay: [1] });
// @ts-expect-error a list of numbers
configure({ reconnectDelays: 500 });
// @ts-expect-error a number of an address
configure({ url: () => 2 });
