import type { ReactPortal } from "react";

/** The props of {@link InboxSocketDevtools}. */
export interface InboxSocketDevtoolsProps {
  /** The corner of the window that shows the inspector. Default `"bottom-right"`. */
  position?: "bottom-right" | "bottom-left" | "top-right" | "top-left";
  /** Whether the inspector starts open. Default `false`: it starts as a button that shows the state. */
  defaultOpen?: boolean;
}

/**
 * Shows developers the connection in a corner of the window: its state and next attempt, the last frames, the queue,
 * the listeners of each conversation, and the counters. Inside an `InboxProvider` it shows the provider's inbox. It has its
 * own styles, and neither connects nor loads the core.
 */
export function InboxSocketDevtools(props: InboxSocketDevtoolsProps): ReactPortal | null;
