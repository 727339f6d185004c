import type * as Inbox from "inbox-socket";

declare global {
  /** The root entry of the package, in every test page. */
  var inbox: typeof Inbox;
}
