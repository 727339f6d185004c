// A page with the inspector and the root entry.

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import * as inbox from "inbox-socket";
import { InboxProvider } from "inbox-socket/react";
import { InboxSocketDevtools, type InboxSocketDevtoolsProps } from "inbox-socket/devtools";

declare global {
  /** Mounts the inspector, inside a provider if an inbox is given, or unmounts it if `props` is null. */
  var inspect: (props: InboxSocketDevtoolsProps | null, provided?: inbox.Inbox) => void;
}

const root = createRoot(document.getElementById("root")!);

globalThis.inbox = inbox;
globalThis.inspect = (props, provided) => {
  const inspector = props && <InboxSocketDevtools {...props} />;
  const inner = provided ? <InboxProvider inbox={provided}>{inspector}</InboxProvider> : inspector;
  root.render(<StrictMode>{inner}</StrictMode>);
};
