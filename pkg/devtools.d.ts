import type { ReactPortal } from "react";

/** What {@link InboxSocketDevtools} takes. */
export interface InboxSocketDevtoolsProps {
  /** The corner of the window. Default `"bottom-right"`. */
  position?: "bottom-right" | "bottom-left" | "top-right" | "top-left";
  /** Whether it is unfolded at first. Default `false`: a button that shows the state. */
  defaultOpen?: boolean;
}

/**
 * An inspector for developers: the state of the connection and its next attempt, the last frames, the queue, the
 * listeners of each conversation, the counters. It stands in a corner of the window, brings its own styles, and neither
 * connects nor loads anything by itself.
 */
export function InboxSocketDevtools(props: InboxSocketDevtoolsProps): ReactPortal | null;
