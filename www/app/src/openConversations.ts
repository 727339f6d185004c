/**
 * Stores the open conversations in the address: `#/2/7`. A reload keeps them, the browser's back button
 * closes the one opened last, and the arrangement can be bookmarked.
 */

import { useCallback, useMemo, useSyncExternalStore } from "react";

export function useOpenConversations() {
  const hash = useSyncExternalStore(onHashChange, () => window.location.hash);
  const openIds = useMemo(() => parse(hash), [hash]);

  const open = useCallback((...ids: number[]) => {
    go([...new Set([...parse(window.location.hash), ...ids])]);
  }, []);

  const close = useCallback((id: number) => {
    go(parse(window.location.hash).filter((openId) => openId !== id));
  }, []);

  const closeAll = useCallback(() => go([]), []);

  return { openIds, open, close, closeAll };
}

function parse(hash: string): number[] {
  return hash.split("/").slice(1).map(Number).filter(Number.isSafeInteger);
}

function go(ids: number[]): void {
  window.location.hash = ["#", ...ids].join("/");
}

function onHashChange(notify: () => void): () => void {
  window.addEventListener("hashchange", notify);
  return () => window.removeEventListener("hashchange", notify);
}
