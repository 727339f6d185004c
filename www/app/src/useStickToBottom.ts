import { useEffect, useLayoutEffect, useRef, useState } from "react";

import type { Message } from "./frames";

/** In pixels from the end: closer than this, the reader is reading the newest messages. */
const SLACK = 48;

/**
 * Keeps a log scrolled to its newest message while the reader is at the end. If the reader has scrolled
 * up, the position stays, and `newCount` counts the messages that have arrived since.
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
    // A phone's keyboard, another pane and the banner change the log's height. The content's height can
    // change without a new message too, for example when a message fails and the reason appears below it.
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
    // Earlier messages push the others down: scroll along, so that the reader stays at the same message.
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
