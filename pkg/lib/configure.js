// Checks options, and passes them to a client. Apart from client.js, so that a page that sets no options does not load
// the checks.

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
  return inbox;
}

/** Sets the options of an inbox. See index.d.ts. */
export function configure(client, options) {
  checkOptions(options);
  client.configure(options);
}
