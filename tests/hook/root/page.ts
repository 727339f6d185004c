// A page with the root entry of the package, and no framework.

import * as inbox from "inbox-socket";

globalThis.inbox = inbox;
