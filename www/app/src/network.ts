/**
 * A switch that cuts the page off from its sockets, so that a visitor can watch it recover.
 *
 * A page has no way to pull its own plug: the browser's offline switch is in the developer tools, and
 * asking inbox-socket itself to disconnect would be a farewell and not an accident. So the demo, and
 * only the demo, puts a subclass in the place of `WebSocket` before anything uses it. inbox-socket does
 * not know about it and sees what it would see on a bad network: a close that nobody asked for, and
 * attempts that fail until the connection is restored.
 */

import { useSyncExternalStore } from "react";

interface Network {
  isCut: boolean;
  /** Sockets that are open right now, counted here and not by the library that is on show. */
  openSockets: number;
}

let network: Network = { isCut: false, openSockets: 0 };

const sockets = new Set<WebSocket>();
const observers = new Set<() => void>();

/** Any code but 1000 would do: that one would mean that both sides were done. */
const CUT = 4000;

export function installNetworkSwitch(): void {
  window.WebSocket = class extends window.WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      // Only the inbox's sockets: in development Vite has one of its own.
      if (!new URL(this.url).pathname.startsWith("/ws/")) return;

      // Closed before it is open, a socket fails as an unreachable server's does: `error`, then 1006.
      if (network.isCut) super.close();

      sockets.add(this);
      this.addEventListener("open", countOpenSockets);
      this.addEventListener("close", () => {
        sockets.delete(this);
        countOpenSockets();
      });
    }
  };
}

export function cutNetwork(): void {
  update({ isCut: true });
  for (const socket of sockets) socket.close(CUT, "cut by the visitor");
}

export function restoreNetwork(): void {
  update({ isCut: false });
}

export function useNetwork(): Network {
  return useSyncExternalStore(observe, () => network);
}

function countOpenSockets(): void {
  const open = [...sockets].filter((socket) => socket.readyState === WebSocket.OPEN);
  update({ openSockets: open.length });
}

function update(change: Partial<Network>): void {
  network = { ...network, ...change };
  for (const observer of observers) observer();
}

function observe(observer: () => void): () => void {
  observers.add(observer);
  return () => observers.delete(observer);
}
