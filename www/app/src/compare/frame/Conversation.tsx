import { useRef } from "react";

/** The common interface of the three hooks. */
export type UseWebSocket = (
  conversationId: number,
  onMessage: (message: { message?: unknown }) => void,
) => { isConnected: boolean; error: string | null };

export const work = { renders: 0, calls: 0 };

interface ConversationProps {
  id: number;
  useWebSocket: UseWebSocket;
  onText: (text: unknown) => void;
}

/** A minimal conversation: shows whether it is connected, and flashes when it receives a message. */
export function Conversation({ id, useWebSocket, onText }: ConversationProps) {
  work.renders += 1;
  const element = useRef<HTMLLIElement>(null);
  const { isConnected, error } = useWebSocket(id, ({ message }) => {
    work.calls += 1;
    if (message === undefined) return;
    onText(message);
    // Not by a render, which would count as one of the hook's.
    twinkle(element.current);
  });
  return <li ref={element} className="dot" data-connected={isConnected || undefined} data-error={error ?? undefined} />;
}

const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

function twinkle(element: HTMLElement | null): void {
  if (element === null || calm.matches) return;
  // Otherwise the animations of a burst would accumulate.
  for (const animation of element.getAnimations()) animation.cancel();
  element.animate({ transform: ["scale(1.5)", "none"], filter: ["brightness(1.6)", "none"] }, 300);
}
