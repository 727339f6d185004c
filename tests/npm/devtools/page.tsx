// A page with the inspector and the root entry.

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import * as inbox from "inbox-socket";
import { InboxSocketDevtools, type InboxSocketDevtoolsProps } from "inbox-socket/devtools";

declare global {
  /** Mounts the inspector, or unmounts it if `props` is null. */
  var inspect: (props: InboxSocketDevtoolsProps | null) => void;
}

const root = createRoot(document.getElementById("root")!);

globalThis.inbox = inbox;
globalThis.inspect = (props) => root.render(<StrictMode>{props && <InboxSocketDevtools {...props} />}</StrictMode>);
