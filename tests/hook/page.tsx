// The page of the hook's tests. A test says which components there are to be, and looks at what became of them.

import * as React from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

import * as inbox from "inbox-socket";
import { type Chat, type ConversationId, type InboxFrame, useWebSocket } from "inbox-socket/react";

/** A component that uses the hook: what it passes, and what it reads of what it gets. */
export interface Probe {
  id: ConversationId | null | undefined;
  reads?: (keyof Chat)[];
  /** Called in the place of noting the message in `heard`. */
  onMessage?: ((message: InboxFrame) => void) | null;
}

/** What became of a component since it was first shown. */
export interface Log {
  renders: number;
  heard: InboxFrame[];
  /** What it was last given, and only what it read of it. */
  shown: Partial<Chat>;
  /** The hook's result itself. */
  chat: Chat;
}

declare global {
  /** Shows these components, and no others. */
  var show: (probes: Record<string, Probe>, options?: { strict?: boolean }) => void;
  /** Lets go of what became of all components. */
  var forget: () => void;
  /** What became of a component. */
  var probe: (name: string) => Log;
}

const logs = new Map<string, Log>();
const root = createRoot(document.getElementById("root")!);

function Component({ name, id, reads = [], onMessage }: Probe & { name: string }) {
  const log = logs.get(name)!;
  const chat = useWebSocket(id, onMessage === undefined ? (message) => void log.heard.push(message) : onMessage);
  log.renders += 1;
  log.chat = chat;
  log.shown = Object.fromEntries(reads.map((member) => [member, chat[member]]));
  return null;
}

globalThis.inbox = inbox;
globalThis.probe = (name) => logs.get(name)!;
globalThis.forget = () => logs.clear();
globalThis.show = (probes, { strict = false } = {}) => {
  const Wrapper = strict ? React.StrictMode : React.Fragment;
  for (const name of Object.keys(probes)) {
    if (!logs.has(name)) logs.set(name, { renders: 0, heard: [], shown: {}, chat: null! });
  }
  const components = Object.entries(probes).map(([name, probe]) => <Component key={name} name={name} {...probe} />);
  flushSync(() => root.render(<Wrapper>{components}</Wrapper>));
};
