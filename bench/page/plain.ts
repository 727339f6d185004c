// The page without React, which measures the architectures alone. page/no-react.ts replaces React for the hooks.

import { configure, createInbox, getState, getStats, sendMessage, subscribe } from "inbox-socket";
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
  adapted: "ws://bench/adapted/",
};

export let sink: unknown;

/** Opens conversations with one architecture, and returns a function from a conversation to its socket. */
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

  /** One socket and a handwritten filter: the page parses a frame once, and each listener checks the conversation. */
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

  /** The least work that can dispatch a message by its conversation: a parse, a Map lookup and a call. */
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

  /** The same frames, as those of another wire that names the conversation at a path. */
  async adapted(ids, ear) {
    const inbox = createInbox({ url: URLS.adapted, adapter: { conversationId: "conversation_id" } });
    for (const id of ids) inbox.subscribe(id, ear.of(id));
    const socket = await opened(URLS.adapted);
    while (!inbox.getState().isConnected) await pause(1);
    return () => socket;
  },
};

/** Configures the client with `options`. With a `url`, the socket is a real one. */
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
  // Wait until the client has received the welcome and has settled.
  while (!getState().isConnected) await pause(1);
  await pause(20);
  return socket;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Times a frame from the socket to its listener, as a multiple of `JSON.parse`.
 *
 * @param heard false: the frames belong to conversations that are not open
 * @param idsAt where the frames have their conversation's id
 */
async function dispatch(
  open: number,
  heard: boolean,
  names: string[],
  effort: Effort,
  idsAt: Feed["idsAt"] = "start",
): Promise<Record<string, Result>> {
  const ids = conversations(open);
  const spokenOf = heard ? ids : conversations(Math.max(open, 100), open + 1);
  const bareFeed = new Feed(spokenOf, idsAt);
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
    const feed = new Feed(spokenOf, idsAt);
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

/** Delivers frames that a careless text search would misread. Throws if one is misdirected; returns their number. */
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
    if (heard.join() !== expected.join()) throw new Error(`${text} must be delivered as [${expected}]; got [${heard}]`);
  }
  return TRICKY.length;
}

/**
 * Times `sendMessage` against `JSON.stringify` and `send`. With layer 0 the time includes the settling of the promises;
 * with layer 1, where they wait for the acknowledgement, it doesn't.
 *
 * @param url of a layer-1 server for a real socket; null for a fake one
 */
async function sending(effort: Effort, url: string | null): Promise<Record<string, Result>> {
  const bare = url === null ? new WebSocket("ws://bench/bare/") : new RealWebSocket(url);
  while (bare.readyState !== bare.OPEN) await pause(1);
  subscribe(1, () => {});
  const socket = url === null ? await connected() : null;
  while (!getState().isConnected) await pause(1);
  await pause(200);
  // The limit of messages in flight with layer 1.
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
          if (status !== expected) throw new Error(`status must be ${expected}; got ${status}`);
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

/** Opens and closes conversations with new ids beside one that stays open; returns the memory after each batch. */
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
  if (getStats()!.listeners !== 1) throw new Error(`one listener must be left; got ${getStats()!.listeners}`);
  return { heap, wasm };
}

Object.assign(globalThis, { bench: { setUp, dispatch, tricky, sending, cycles } });
