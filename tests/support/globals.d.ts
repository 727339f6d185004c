import type * as Inbox from "inbox-socket";

declare global {
  /** The package's root entry, available in every test page. */
  var inbox: typeof Inbox;
}
