// Checks options, and passes them to a client. Apart from client.js, so that a page that sets no options does not load
// the checks.

import { openChat } from "./chat.js";
import { createClient } from "./client.js";
import { checkOptions } from "./options.js";
import { discardIn, pendingIn, resendIn, watchPending } from "./pending.js";

/** See index.d.ts. */
export function createInbox(options = {}) {
  const inbox = createClient();
  const { configure } = inbox;
  const api = Object.assign(inbox, {
    useWebSocket: (conversationId, onMessage, how) => openChat(inbox, conversationId, onMessage, how),
    pending: (conversationId) => pendingIn(inbox, conversationId),
    subscribePending: (listener) => watchPending(inbox, listener),
    resend: (clientId) => resendIn(inbox, clientId),
    discard: (clientId) => discardIn(inbox, clientId),
    configure: (options) => {
      checkOptions(options);
      configure(options);
    },
  });
  api.configure(options);
  return api;
}

/** Sets the options of an inbox. See index.d.ts. */
export function configure(client, options) {
  checkOptions(options);
  client.configure(options);
}
