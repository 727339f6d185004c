// One of several tabs of a user, which share a connection or have one each.

import { configure, getState, getStats, sendMessage, subscribe, subscribeState } from "inbox-socket";

import { logIn } from "../../tests/support/log-in.mjs";

let conversation: number;

/** The number of messages that this tab has received. */
let heard = 0;

/** When this tab opened a WebSocket: ms since 1970, as in all tabs. */
const connected: number[] = [];

/** Connects, with the option `share` or without it, and resolves as soon as messages are delivered. */
async function begin(id: number, share: boolean): Promise<void> {
  conversation = id;
  configure({ user: "u1", share });
  let hasSocket = false;
  subscribeState(() => {
    const { isConnected, role } = getState();
    const had = hasSocket;
    hasSocket = isConnected && role !== "follower";
    if (hasSocket && !had) connected.push(Date.now());
  });
  subscribe(id, ({ message }) => {
    if (message !== undefined) heard += 1;
  });
  while (!getStats()?.assured) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Sends messages one after another, and returns the ms until each was acknowledged. */
async function send(count: number, pause: number): Promise<number[]> {
  const times: number[] = [];
  for (let number = 0; number < count; number++) {
    const start = performance.now();
    const { status } = await sendMessage(conversation, `message ${number}`);
    if (status !== "delivered") throw new Error(`the message must be delivered; it was ${status}`);
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return times;
}

/** Does nothing else for so long, so that the tab replies to no other. */
function hang(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const read = () => ({ heard, connected, role: getState().role, isConnected: getState().isConnected });

Object.assign(globalThis, { bench: { logIn, begin, send, hang, read } });
