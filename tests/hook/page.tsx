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
  /** Shows these components, and no others. Suspended, they are hidden by a fallback. */
  var show: (
    probes: Record<string, Probe>,
    options?: { strict?: boolean; suspense?: boolean; suspended?: boolean },
  ) => void;
  /** Shows these components, and no others, and calls back with the commit, before effects that are not part of it. */
  var showAndThen: (probes: Record<string, Probe>, atCommit: () => void) => void;
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

function Suspendable({ children }: React.PropsWithChildren) {
  return <React.Suspense fallback="suspended">{children}</React.Suspense>;
}

const forever = new Promise<never>(() => {});

function Waiting(): never {
  throw forever;
}

function AtCommit({ call }: { call: () => void }) {
  React.useLayoutEffect(call, [call]);
  return null;
}

globalThis.inbox = inbox;
globalThis.probe = (name) => logs.get(name)!;
globalThis.forget = () => logs.clear();
globalThis.show = (probes, { strict = false, suspense = false, suspended = false } = {}) => {
  const Wrapper = strict ? React.StrictMode : suspense ? Suspendable : React.Fragment;
  const waiting = suspended ? [<Waiting key="waiting" />] : [];
  flushSync(() => root.render(<Wrapper>{[...componentsOf(probes), ...waiting]}</Wrapper>));
};
globalThis.showAndThen = (probes, atCommit) => {
  const components = [...componentsOf(probes), <AtCommit key="at commit" call={atCommit} />];
  root.render(<React.Fragment>{components}</React.Fragment>);
};

function componentsOf(probes: Record<string, Probe>) {
  for (const name of Object.keys(probes)) {
    if (!logs.has(name)) logs.set(name, { renders: 0, heard: [], shown: {}, chat: null! });
  }
  return Object.entries(probes).map(([name, probe]) => <Component key={name} name={name} {...probe} />);
}
