// The page without React: what the architectures themselves cost. The hooks are mounted on page/no-react.ts.

import { configure, getState, getStats, sendMessage, subscribe } from "inbox-socket";
import ReconnectingWebSocket from "partysocket/ws";

import * as after from "../baselines/after";
import * as before from "../baselines/before";
import { Ear } from "./ear";
import { FakeSocket, install, opened, sockets } from "./fake-socket";
import { conversations, Feed } from "./frames";
import { heapAndWasm, watchWasm } from "./memory";
import { race, type Contender, type Effort, type Result } from "./race";
import { TRICKY, TRICKY_LISTENERS } from "./tricky";

const RealWebSocket = globalThis.WebSocket;
install();
watchWasm();

const URLS = {
  before: "ws://bench/before/",
  after: "ws://bench/after/",
  ours: "ws://bench/ours/",
  partysocket: "ws://bench/partysocket/",
};

export let sink: unknown;

/** Opens conversations with one architecture, and tells at which socket a conversation's frames arrive. */
type Mount = (ids: number[], ear: Ear) => Promise<(id: number) => FakeSocket>;

const mounts: Record<string, Mount> = {
  async before(ids, ear) {
    before.configure({ url: URLS.before });
    for (const id of ids) before.useWebSocket(id, ear.of(id));
    await opened(`${URLS.before}${ids.at(-1)}/`);
    return (id) => sockets.get(`${URLS.before}${id}/`)!;
  },

  async after(ids, ear) {
    after.configure({ url: URLS.after });
    for (const id of ids) after.useWebSocket(id, ear.of(id));
    const socket = await opened(URLS.after);
    return () => socket;
  },

  /** One socket, and a filter written by hand: the frame is parsed once, and each listener looks whether it is its own. */
  async partysocket(ids, ear) {
    const party = new ReconnectingWebSocket(URLS.partysocket);
    const listeners = ids.map((id) => {
      const hear = ear.of(id);
      return (message: any) => {
        if (message.conversation_id === id) hear(message);
      };
    });
    party.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      for (const listener of listeners) listener(message);
    });
    const socket = await opened(URLS.partysocket);
    return () => socket;
  },

  /** The least that anything which tells conversations apart has to do: a parse, a look into a map, a call. */
  async least(ids, ear) {
    const listeners = new Map(ids.map((id) => [id, ear.of(id)]));
    const socket = new FakeSocket("ws://bench/least/");
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      listeners.get(message.conversation_id)?.(message);
    };
    return () => socket;
  },

  async ours(ids, ear) {
    for (const id of ids) subscribe(id, ear.of(id));
    const socket = await connected();
    return () => socket;
  },
};

/** `options`: what configure() is given. With a `url` the socket is a real one. */
async function setUp(options: { url?: string; protocol?: 0 | 1 } = {}): Promise<void> {
  if (options.url !== undefined) globalThis.WebSocket = RealWebSocket;
  configure({ url: URLS.ours, ...options });
  isAcknowledged = options.protocol !== 0;
  expected = isAcknowledged ? "delivered" : "sent";
}

let isAcknowledged = true;
let expected: "delivered" | "sent";

async function connected(): Promise<FakeSocket> {
  const socket = await opened(URLS.ours);
  // Until the client has heard what it is told on connecting, and has settled.
  while (!getState().isConnected) await pause(1);
  await pause(20);
  return socket;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A frame's way from the socket to its listener, as a multiple of `JSON.parse` of it.
 *
 * @param heard false: the frames are of conversations that are not open
 */
async function dispatch(
  open: number,
  heard: boolean,
  names: string[],
  effort: Effort,
): Promise<Record<string, Result>> {
  const ids = conversations(open);
  const spokenOf = heard ? ids : conversations(Math.max(open, 100), open + 1);
  const bareFeed = new Feed(spokenOf);
  const contenders: Contender[] = [
    {
      name: "bare",
      prepare(count) {
        const { texts } = bareFeed.next(count);
        return () => {
          for (const text of texts) sink = JSON.parse(text);
        };
      },
    },
  ];
  const checks: (() => void)[] = [];
  for (const name of names) {
    const ear = new Ear(open);
    const feed = new Feed(spokenOf);
    const socketOf = await mounts[name]!(ids, ear);
    contenders.push({
      name,
      prepare(count) {
        const { ids, texts } = feed.next(count);
        const targets = ids.map(socketOf);
        return () => {
          for (let i = 0; i < count; i++) targets[i]!.receive(texts[i]!);
        };
      },
    });
    checks.push(() => ear.check(name, heard ? feed : new Feed(ids)));
  }
  const results = await race(contenders, effort);
  for (const check of checks) check();
  return results;
}

/** Frames that a careless look at the text would get wrong. Throws if one goes astray; tells how many there were. */
async function tricky(): Promise<number> {
  const heard: string[] = [];
  for (const id of TRICKY_LISTENERS) {
    subscribe(id, (message) => heard.push(JSON.stringify([id, message])));
  }
  const socket = await connected();
  for (const text of TRICKY) {
    heard.length = 0;
    socket.receive(text);
    const message = JSON.parse(text);
    const expected = TRICKY_LISTENERS.includes(message.conversation_id)
      ? [JSON.stringify([message.conversation_id, message])]
      : [];
    if (heard.join() !== expected.join())
      throw new Error(`${text} was heard as [${heard}] and not as [${expected}]`);
  }
  return TRICKY.length;
}

/**
 * `sendMessage` beside `JSON.stringify` and `send`, on a fake socket or on a real one. With layer 0 until the promise
 * of the last one has settled; with layer 1 that waits for the server's answer, and what the answer costs is not in it.
 *
 * @param url of a server that speaks layer 1, where a real socket is wanted
 */
async function sending(effort: Effort, url: string | null): Promise<Record<string, Result>> {
  const bare = url === null ? new WebSocket("ws://bench/bare/") : new RealWebSocket(url);
  while (bare.readyState !== bare.OPEN) await pause(1);
  subscribe(1, () => {});
  const socket = url === null ? await connected() : null;
  while (!getState().isConnected) await pause(1);
  await pause(200);
  // Layer 1 has no more under way at once.
  const most = 32;
  let last: ReturnType<typeof sendMessage> | undefined;
  const results = await race(
    [
      {
        name: "bare",
        most,
        async prepare(count) {
          if (bare instanceof FakeSocket) bare.take();
          else while (bare.bufferedAmount > 0) await pause(0);
          return async () => {
            for (let i = 0; i < count; i++) {
              bare.send(JSON.stringify({ conversation_id: 1, message: TEXT, type: "TEXT" }));
            }
            await null;
          };
        },
      },
      {
        name: "ours",
        most,
        async prepare(count) {
          socket?.take();
          const status = (await last)?.status ?? expected;
          if (status !== expected) throw new Error(`a message was ${status} and not ${expected}`);
          return async () => {
            for (let i = 0; i < count; i++) last = sendMessage(1, TEXT);
            await (isAcknowledged ? null : last);
          };
        },
      },
    ],
    effort,
  );
  return results;
}

const TEXT = "Shall we meet at the station at half past nine?";

const WARM_UP = 5;

/** Opens and closes conversations beside one that stays, each with an id of its own, and tells what was kept after each batch. */
async function cycles(count: number, batches: number): Promise<{ heap: number[]; wasm: number[] }> {
  subscribe(0, () => {});
  await connected();
  const heap: number[] = [];
  const wasm: number[] = [];
  let id = 1;
  for (let batch = -WARM_UP; batch <= batches; batch++) {
    for (let i = 0; i < count; i++) subscribe(id++, () => {})();
    const memory = await heapAndWasm();
    if (batch < 0) continue;
    heap.push(memory.heap);
    wasm.push(memory.wasm);
  }
  if (getStats()!.listeners !== 1) throw new Error(`${getStats()!.listeners} listeners are left`);
  return { heap, wasm };
}

Object.assign(globalThis, { bench: { setUp, dispatch, tricky, sending, cycles } });
