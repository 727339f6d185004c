// The page of the hook's tests. A test mounts components with show(), and reads their logs with probe().

import * as React from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

import * as inbox from "inbox-socket";
import { type Chat, type ConversationId, type InboxFrame, InboxProvider, useWebSocket } from "inbox-socket/react";

/** A component that uses the hook: the arguments that it passes, and the members that it reads. */
export interface Probe {
  id: ConversationId | null | undefined | false;
  reads?: (keyof Chat)[];
  after?: number;
  /** Replaces the callback that adds each message to `heard`. */
  onMessage?: ((message: InboxFrame) => void) | null;
  /** The inbox of a provider around the component. */
  inbox?: inbox.Inbox;
}

/** The log of a component since its first render. */
export interface Log {
  renders: number;
  heard: InboxFrame[];
  /** The members that it read in the last render. */
  shown: Partial<Chat>;
  /** The hook's latest result. */
  chat: Chat;
}

declare global {
  /** Mounts these components, and unmounts all others. With `suspended`, a fallback hides them. */
  var show: (
    probes: Record<string, Probe>,
    options?: { strict?: boolean; suspense?: boolean; suspended?: boolean },
  ) => void;
  /** Like show(), and calls `atCommit` within the commit, before React runs passive effects. */
  var showAndThen: (probes: Record<string, Probe>, atCommit: () => void) => void;
  /** Deletes all logs. */
  var forget: () => void;
  /** Returns the log of a component. */
  var probe: (name: string) => Log;
}

const logs = new Map<string, Log>();
const root = createRoot(document.getElementById("root")!);

function Component({ name, id, reads = [], onMessage, after }: Probe & { name: string }) {
  const log = logs.get(name)!;
  const hear = onMessage === undefined ? (message: InboxFrame) => void log.heard.push(message) : onMessage;
  const chat = useWebSocket(id, hear, { after });
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
  root.render([...componentsOf(probes), <AtCommit key="at commit" call={atCommit} />]);
};

function componentsOf(probes: Record<string, Probe>) {
  for (const name of Object.keys(probes)) {
    if (!logs.has(name)) logs.set(name, { renders: 0, heard: [], shown: {}, chat: null! });
  }
  return Object.entries(probes).map(([name, { inbox, ...probe }]) => {
    const component = <Component key={name} name={name} {...probe} />;
    if (!inbox) return component;
    return (
      <InboxProvider key={name} inbox={inbox}>
        {component}
      </InboxProvider>
    );
  });
}
