// Checks options, and passes them to a client. Apart from client.js, so that a page that sets no options does not load
// the checks.

import { openChat } from "./chat.js";
import { createClient } from "./client.js";
import { checkOptions } from "./options.js";

/** See index.d.ts. */
export function createInbox(options = {}) {
  const inbox = createClient();
  const { configure } = inbox;
  inbox.configure = (options) => {
    checkOptions(options);
    configure(options);
  };
  inbox.configure(options);
  return Object.assign(inbox, { useWebSocket: (id, onMessage) => openChat(inbox, id, onMessage) });
}

/** Sets the options of an inbox. See index.d.ts. */
export function configure(client, options) {
  checkOptions(options);
  client.configure(options);
}
