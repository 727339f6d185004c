// The page of the server-rendering tests, which hydrates the rendered markup.

import { StrictMode } from "react";
import { hydrateRoot } from "react-dom/client";

import * as inbox from "inbox-socket";
import { Page } from "./rendered.js";

declare global {
  /** Hydrates the markup that the server has rendered. */
  var hydrate: (options?: { strict?: boolean; inbox?: inbox.Inbox }) => void;
}

globalThis.inbox = inbox;
globalThis.hydrate = ({ strict = false, inbox } = {}) => {
  const onRecoverableError = (error: unknown) => console.error("React recovered from:", error);
  const container = document.getElementById("root")!;
  hydrateRoot(
    container,
    strict ? (
      <StrictMode>
        <Page inbox={inbox} />
      </StrictMode>
    ) : (
      <Page inbox={inbox} />
    ),
    { onRecoverableError },
  );
};
