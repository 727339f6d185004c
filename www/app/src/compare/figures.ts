/** The figures of the comparison: how each is shown, what the design document claims, and what it means. */

import type { Counts } from "./frame/frame";
import { canMeasureMemory } from "./memory";

/** The measurements of one architecture at one time. */
export interface Reading extends Counts {
  /** In bytes; null until the browser has measured it. */
  memory: number | null;
}

export interface Figure {
  title: string;
  value: (reading: Reading) => number | null;
  show?: (value: number) => string;
  /** An addition beside the value. */
  detail?: (reading: Reading) => string;
  /** Whether messages are missing. */
  isShort?: (reading: Reading) => boolean;
  /** The document's claim for ten conversations, from before to after. */
  claim?: string;
  /** Whether this reading can be compared to show the saving; by default it can't. */
  showsSaving?: (reading: Reading) => boolean;
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
    showsSaving: ({ connected, conversations }) => connected === conversations,
    words:
      "The browser, the server and everything between them keep each socket. The server pings each one every 20 s, which a page can't observe.",
  },
  {
    title: "Handshakes",
    value: ({ handshakes }) => handshakes,
    claim: "10 → 1, 90 % less",
    showsSaving: always,
    words: "Each costs an HTTP request with cookies, a session lookup and a new consumer on the server.",
  },
  {
    title: "Attempts to reconnect",
    value: ({ reconnections }) => reconnections,
    claim: "10 × attempts → 1 × attempts, 90 % less",
    showsSaving: always,
    words:
      "Cut the network to see them. With very many sockets they occur without a cut too: a browser opens one socket to a server at a time, and a hook waits 5 s for it.",
  },
  {
    title: "Messages received",
    value: ({ received }) => received,
    detail: ({ expected }) => `of ${showNumber(expected)}`,
    isShort: ({ received, expected }) => received < expected,
    words:
      "Of the messages sent while the architecture ran. Send some while the network is cut: the TypeScript hooks never receive them; inbox-socket fetches them after the reconnection.",
  },
  {
    title: "JSON parses",
    value: ({ parses }) => parses,
    claim: "10 parses → 1 parse and 10 filters, about the same",
    showsSaving: always,
    words:
      "One for each frame, in every architecture. The claim is wrong about “before”: a message arrives only on its own conversation's socket.",
  },
  {
    title: "Recipient checks",
    value: ({ looks }) => looks,
    detail: ({ calls }) => `${showNumber(calls)} calls`,
    claim: "0 → 10 filters for each message",
    words:
      "The cost of the single socket in “after”: every listener reads the conversation id of every message and discards other conversations' messages. inbox-socket looks up the listener instead. Calls are those of listeners that the message was for.",
  },
  {
    title: "Renders",
    value: ({ renders }) => renders,
    claim: "10 × updates → 1 update and notify, 50 % less",
    showsSaving: always,
    words:
      "Of the conversations' components. A shared state still renders each of them. With inbox-socket a component renders only when a value that it has read changes.",
  },
  {
    title: "Memory of the frame",
    value: ({ memory }) => memory,
    show: showMegabytes,
    claim: "150 kB → 15 kB, 90 % less",
    words: canMeasureMemory
      ? "The whole memory of the frame's page, including React and WebAssembly. The browser estimates it every 10 to 20 s and divides shared memory among the frames, so it varies. It does not include most of a socket's memory."
      : "Not available in this browser. Chrome and Edge report it for each frame, on localhost or over HTTPS.",
  },
  {
    title: "Frames received",
    value: ({ framesIn }) => framesIn,
    words:
      "Each architecture receives a message once, regardless of its number of sockets. inbox-socket also receives the replies to its own frames.",
  },
  {
    title: "Bytes received",
    value: ({ bytesIn }) => bytesIn,
    show: showBytes,
    words:
      "The contents of the frames, without handshakes, pings and headers, which a page can't observe. inbox-socket also receives the head of each conversation, from which it detects missed messages.",
  },
  {
    title: "Frames sent",
    value: ({ framesOut }) => framesOut,
    words: "The surrounding page sends the messages, over a separate connection that is neither counted nor cut.",
  },
  {
    title: "Bytes sent",
    value: ({ bytesOut }) => bytesOut,
    show: showBytes,
    words: "The architectures send no messages. inbox-socket sends its hello, its pings, and a sync after an outage.",
  },
];

/** Formats the change from the first value to the second in percent. */
export function showSaving(from: number, to: number): string {
  const percent = Math.round(100 * (to / from - 1));
  return `${percent > 0 ? "+" : percent < 0 ? "−" : "±"}${Math.abs(percent)}\u00a0%`;
}
