// The page with React, which times a message until React has rendered all its effects.

import { configure, getState } from "inbox-socket";
import { flushSync } from "react-dom";
import { createRoot, type Root } from "react-dom/client";

import * as after from "../baselines/after";
import * as before from "../baselines/before";
import { components, renders } from "./components";
import { Ear } from "./ear";
import { install, opened, sockets, type FakeSocket } from "./fake-socket";
import { conversations, Feed } from "./frames";
import { heapAndWasm, watchWasm, type Held } from "./memory";
import { race, type Contender, type Effort, type Result } from "./race";

interface Mounted {
  root: Root;
  socketOf: (id: number) => FakeSocket;
  /** Replaces the conversations shown. */
  show: (ids: number[]) => void;
}

async function mount(name: string, ids: number[], ear: Ear): Promise<Mounted> {
  const url = `ws://bench/${encodeURIComponent(name)}/`;
  const Conversation = components[name]!;
  if (name === "before") before.configure({ url });
  if (name === "after") after.configure({ url });
  if (name.startsWith("ours")) configure({ url, ...settings });

  const root = createRoot(document.body.appendChild(document.createElement("div")));
  const hears = new Map<number, (message: any) => void>();
  const hearOf = (id: number) => hears.get(id) ?? hears.set(id, ear.of(id)).get(id)!;
  const show = (ids: number[]) => {
    flushSync(() => root.render(ids.map((id) => <Conversation key={id} url={url} id={id} hear={hearOf(id)} />)));
  };
  show(ids);

  const perConversation = name === "before";
  if (name === "nothing") new WebSocket(url);
  const socket = await opened(perConversation ? `${url}${ids.at(-1)}/` : url);
  if (name.startsWith("ours")) while (!getState().isConnected) await pause(1);
  await pause(100);
  if (!root || document.body.textContent?.includes("not connected")) throw new Error(`${name} does not connect`);
  const socketOf = perConversation ? (id: number) => sockets.get(`ws://bench/before/${id}/`)! : () => socket;
  return { root, socketOf, show };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let settings = {};

/** Sets the options passed to configure() besides the URL. */
async function setUp(options: object = {}): Promise<void> {
  settings = options;
}

export interface Rendering extends Result {
  /** Renders per message, all components together. */
  renders: number;
}

/** Times each message from the socket until React has rendered its effects. */
async function rendering(open: number, names: string[], effort: Effort): Promise<Record<string, Rendering>> {
  const ids = conversations(open);
  const contenders: Contender[] = [];
  const checks: (() => void)[] = [];
  const rendered = new Map<string, number>();
  const sent = new Map<string, number>();
  for (const name of names) {
    const ear = new Ear(open);
    const feed = new Feed(ids);
    const { socketOf } = await mount(name, ids, ear);
    contenders.push({
      name,
      prepare(count) {
        const { ids, texts } = feed.next(count);
        const targets = ids.map(socketOf);
        return () => {
          renders.count = 0;
          for (let i = 0; i < count; i++) {
            // Renders synchronously, effects included.
            flushSync(() => targets[i]!.receive(texts[i]!));
          }
          rendered.set(name, (rendered.get(name) ?? 0) + renders.count);
          sent.set(name, (sent.get(name) ?? 0) + count);
        };
      },
    });
    checks.push(() => ear.check(name, feed));
  }
  const results = await race(contenders, effort);
  for (const check of checks) check();
  return Object.fromEntries(
    names.map((name) => [name, { ...results[name]!, renders: rendered.get(name)! / sent.get(name)! }]),
  );
}

/** Returns the page's memory with one conversation and with `1 + further`. */
async function memory(name: string, further: number): Promise<{ one: Held; all: Held }> {
  const { show, socketOf } = await mount(name, [1], new Ear(1 + further));
  const ids = conversations(1 + further);
  // Open all once beforehand, so that code and tables that are created only once exist before the measurement.
  show(ids);
  await pause(300);
  show([1]);
  await pause(300);
  const one = await heapAndWasm();
  show(ids);
  if (name === "before") await opened(`ws://bench/before/${ids.at(-1)}/`);
  await pause(300);
  if (!socketOf(1).readyState) throw new Error(`${name} is not connected`);
  return { one, all: await heapAndWasm() };
}

const WARM_UP = 5;

/**
 * Mounts and unmounts `size` components at a time beside one that stays, and returns the memory after each batch. The
 * first batches are not counted, because React and the compiler still fill their own tables.
 */
async function cycles(
  count: number,
  batches: number,
  name = "ours",
  size = 100,
): Promise<{ heap: number[]; wasm: number[] }> {
  const { show } = await mount(name, [0], new Ear(size));
  const heap: number[] = [];
  const wasm: number[] = [];
  for (let batch = -WARM_UP; batch <= batches; batch++) {
    for (let i = 0; i < count / size; i++) {
      show([0, ...conversations(size)]);
      show([0]);
    }
    const held = await heapAndWasm();
    if (batch < 0) continue;
    heap.push(held.heap);
    wasm.push(held.wasm);
  }
  return { heap, wasm };
}

install();
watchWasm();
Object.assign(globalThis, { bench: { setUp, rendering, memory, cycles } });
