// A page with the inspector on it, and the root entry at hand.

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import * as inbox from "inbox-socket";
import { InboxSocketDevtools, type InboxSocketDevtoolsProps } from "inbox-socket/devtools";

declare global {
  /** Shows the inspector, or takes it away. */
  var inspect: (props: InboxSocketDevtoolsProps | null) => void;
}

const root = createRoot(document.getElementById("root")!);

globalThis.inbox = inbox;
globalThis.inspect = (props) => root.render(<StrictMode>{props && <InboxSocketDevtools {...props} />}</StrictMode>);
