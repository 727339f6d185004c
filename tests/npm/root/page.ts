// A page with the root entry, without a framework.

import * as inbox from "inbox-socket";

globalThis.inbox = inbox;
