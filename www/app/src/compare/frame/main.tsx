// Runs one architecture in a frame. The address selects it: `frame.html?before`.

import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

import { heapAndWasm, watchWasm } from "../../../../../bench/page/memory";
import { cutNetwork, installNetworkSwitch, restoreNetwork } from "../../network";
import type { Architecture } from "../architectures";
import { burst, expect, forget, receive } from "./burst";
import { Conversation, type UseWebSocket, work } from "./Conversation";
import { countParses, countSockets, counts, forgetAddress } from "./counting";
import { FAILED, type Frame, READY } from "./frame";
import "./frame.css";

// Each frame loads only its own hook, so that its memory does not include the others.
const HOOKS: Record<Architecture, () => Promise<{ useWebSocket: unknown }>> = {
  before: () => import("../../../../../bench/baselines/before"),
  after: () => import("../../../../../bench/baselines/after"),
  ours: () => import("inbox-socket/react"),
};

installNetworkSwitch();
countSockets();
countParses();
watchWasm();

/** Up to this many conversations are shown larger. */
const FEW = 10;

const container = document.getElementById("root")!;
// No StrictMode: in development it mounts components twice, which would change the counts.
const root = createRoot(container);

HOOKS[window.location.search.slice(1) as Architecture]().then(
  ({ useWebSocket }) => dispatch(READY, makeFrame(useWebSocket as UseWebSocket)),
  (failure: Error) => dispatch(FAILED, failure.message),
);

function makeFrame(useWebSocket: UseWebSocket): Frame {
  let shown: number[] = [];

  return {
    show(ids) {
      for (const id of shown) if (!ids.includes(id)) forgetAddress(id);
      shown = ids;
      flushSync(() =>
        root.render(
          <ul className="dots" data-few={ids.length <= FEW || undefined}>
            {ids.map((id) => (
              <Conversation key={id} id={id} useWebSocket={useWebSocket} onText={receive} />
            ))}
          </ul>,
        ),
      );
    },
    expect,
    forget,
    cutNetwork,
    restoreNetwork,
    wasmMemory: async () => (await heapAndWasm()).wasm,
    read: () => ({
      ...counts,
      ...burst,
      ...work,
      conversations: shown.length,
      connected: container.querySelectorAll("[data-connected]").length,
      error: container.querySelector<HTMLElement>("[data-error]")?.dataset.error ?? null,
    }),
  };
}

function dispatch(event: string, detail: unknown): void {
  window.frameElement?.dispatchEvent(new CustomEvent(event, { detail }));
}
