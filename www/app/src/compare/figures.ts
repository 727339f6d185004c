/** What is compared: how each figure is told, what was claimed of it, and what it means. */

import type { Counts } from "./frame/frame";
import { tellsMemory } from "./memory";

/** What is known of one architecture at one moment. */
export interface Reading extends Counts {
  /** In bytes; null until the browser has told. */
  memory: number | null;
}

export interface Figure {
  title: string;
  value: (reading: Reading) => number | null;
  show?: (value: number) => string;
  /** Beside the value, where that alone does not say it. */
  detail?: (reading: Reading) => string;
  /** Something is lacking. */
  isShort?: (reading: Reading) => boolean;
  /** What the document says of ten conversations, from before to after. */
  claim?: string;
  /** Whether it can be told from this reading how much is saved; without it, never. */
  tellsSaving?: (reading: Reading) => boolean;
  words: string;
}

const always = () => true;

const NUMBER = new Intl.NumberFormat("en-GB");
export const showNumber = (value: number) => NUMBER.format(value);

const showBytes = (value: number) => (value < 1_000 ? `${value} B` : `${(value / 1_000).toFixed(1)} kB`);
const showMegabytes = (value: number) => `${(value / 1_000_000).toFixed(1)} MB`;

export const FIGURES: Figure[] = [
  {
    title: "Open sockets",
    value: ({ openSockets }) => openSockets,
    claim: "10 → 1, 90 % less",
    tellsSaving: ({ connected, conversations }) => connected === conversations,
    words:
      "Each is kept by the browser, by the server and by everything between them. The server pings each one every 20 s, of which a page is not told.",
  },
  {
    title: "Handshakes",
    value: ({ handshakes }) => handshakes,
    claim: "10 → 1, 90 % less",
    tellsSaving: always,
    words: "Each is an HTTP request with its cookies, a look at the session and a new consumer on the server.",
  },
  {
    title: "Attempts to reconnect",
    value: ({ reconnections }) => reconnections,
    claim: "10 × attempts → 1 × attempts, 90 % less",
    tellsSaving: always,
    words:
      "Cut the network to see them. With very many sockets there are some before: a browser opens one to a server at a time, and a hook waits 5 s for it.",
  },
  {
    title: "Messages heard",
    value: ({ heard }) => heard,
    detail: ({ expected }) => `of ${showNumber(expected)}`,
    isShort: ({ heard, expected }) => heard < expected,
    words:
      "Of those sent while it ran. Send some while the network is cut: the TypeScript hooks never hear of them, inbox-socket fetches them when it is back.",
  },
  {
    title: "JSON parses",
    value: ({ parses }) => parses,
    claim: "10 parses → 1 parse and 10 filters, about the same",
    tellsSaving: always,
    words:
      "One for each frame, in every design. The claim is wrong about “before”: a message comes in on its own conversation's socket only.",
  },
  {
    title: "Looks at whose a message is",
    value: ({ looks }) => looks,
    detail: ({ calls }) => `${showNumber(calls)} calls`,
    claim: "0 → 10 filters for each message",
    words:
      "What the single socket costs in “after”: every listener looks at every message and throws away what is not its own. inbox-socket looks up the listener, however many there are. The calls are those of the listeners that a message is for.",
  },
  {
    title: "Renders",
    value: ({ renders }) => renders,
    claim: "10 × updates → 1 update and notify, 50 % less",
    tellsSaving: always,
    words:
      "Of the conversations' components. One state that all share still renders each of them. With inbox-socket one renders only when something that it has read is no longer so.",
  },
  {
    title: "Memory of the frame",
    value: ({ memory }) => memory,
    show: showMegabytes,
    claim: "150 kB → 15 kB, 90 % less",
    words: tellsMemory
      ? "All that the frame's page holds, React and WebAssembly included. The browser estimates it every 10 to 20 s and shares out what several frames use, so it swings; and most of what a socket takes is outside of it."
      : "Not told by this browser. Chrome and Edge tell it of each frame by itself, on localhost or over HTTPS.",
  },
  {
    title: "Frames received",
    value: ({ framesIn }) => framesIn,
    words: "A message comes once in each design, on however many sockets. What inbox-socket has more are the answers to its own.",
  },
  {
    title: "Bytes received",
    value: ({ bytesIn }) => bytesIn,
    show: showBytes,
    words:
      "The frames' contents. Handshakes, pings and headers come on top, and a page is not told of them. inbox-socket is also told where each conversation stands, which is how it knows what it has missed.",
  },
  {
    title: "Frames sent",
    value: ({ framesOut }) => framesOut,
    words: "The messages are written by the page around, over a connection of its own that is neither counted nor cut.",
  },
  {
    title: "Bytes sent",
    value: ({ bytesOut }) => bytesOut,
    show: showBytes,
    words: "Here nobody writes: what inbox-socket sends is its greeting, its signs of life, and what it asks for after a cut.",
  },
];

/** How much less (or more) the second is than the first. */
export function showSaving(from: number, to: number): string {
  const percent = Math.round(100 * (to / from - 1));
  return `${percent > 0 ? "+" : percent < 0 ? "−" : "±"}${Math.abs(percent)}\u00a0%`;
}
