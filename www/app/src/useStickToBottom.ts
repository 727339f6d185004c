import { useEffect, useLayoutEffect, useRef, useState } from "react";

import type { Message } from "./frames";

/** Nearer to the end than this, a reader is taken to be reading the newest. */
const SLACK = 48;

/**
 * Keeps a log scrolled to its newest message as long as its reader is there. One who has scrolled up
 * stays where they are, and is told how many messages came meanwhile.
 */
export function useStickToBottom(messages: Message[], outgoingCount: number) {
  const scrollerRef = useRef<HTMLDivElement>(null);
  const contentRef = useRef<HTMLDivElement>(null);
  const isAtBottom = useRef(true);
  const before = useRef({ firstId: 0, lastId: 0, outgoingCount: 0, height: 0 });
  const [newCount, setNewCount] = useState(0);

  useEffect(() => {
    const scroller = scrollerRef.current!;
    const handleScroll = () => {
      const below = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
      isAtBottom.current = below < SLACK;
      if (isAtBottom.current) setNewCount(0);
    };
    // A phone's keyboard, a neighbour that opens, the banner: all change the room there is. The content
    // changes too without a new message, as when one is refused and the reason stands below it.
    const observer = new ResizeObserver(() => {
      if (isAtBottom.current) toBottom(scroller);
    });
    scroller.addEventListener("scroll", handleScroll, { passive: true });
    observer.observe(scroller);
    observer.observe(contentRef.current!);
    return () => {
      scroller.removeEventListener("scroll", handleScroll);
      observer.disconnect();
    };
  }, []);

  useLayoutEffect(() => {
    const scroller = scrollerRef.current!;
    const height = contentRef.current!.offsetHeight;
    const firstId = messages[0]?.message_id ?? 0;
    const lastId = messages.at(-1)?.message_id ?? 0;
    const old = before.current;
    before.current = { firstId, lastId, outgoingCount, height };

    const wroteSomething = outgoingCount > old.outgoingCount;
    if (isAtBottom.current || wroteSomething) {
      toBottom(scroller);
      return;
    }
    // Earlier messages push down what is being read: follow it.
    if (firstId < old.firstId) scroller.scrollTop += height - old.height;

    const arrived = messages.filter((message) => message.message_id > old.lastId).length;
    if (old.lastId > 0 && arrived > 0) setNewCount((count) => count + arrived);
  }, [messages, outgoingCount]);

  const scrollToBottom = () => toBottom(scrollerRef.current!);

  return { scrollerRef, contentRef, newCount, scrollToBottom };
}

function toBottom(scroller: HTMLElement): void {
  scroller.scrollTop = scroller.scrollHeight;
}
