/**
 * A switch that cuts the page's sockets, so that a visitor can watch the page recover.
 *
 * A page can't switch its own network off: the browser's offline switch is in the developer tools, and
 * `disconnect()` of inbox-socket would end the connection on purpose. The demo therefore replaces
 * `WebSocket` with a subclass before any other code uses it. inbox-socket observes the same as on a bad
 * network: an unexpected close, and attempts that fail until the connection is restored. The switch is one for all
 * tabs, because any of them may have the socket.
 */

import { useSyncExternalStore } from "react";

interface Network {
  isCut: boolean;
  /** Sockets that are open now, counted independently of the library. */
  openSockets: number;
}

let network: Network = { isCut: false, openSockets: 0 };

const sockets = new Set<WebSocket>();
const observers = new Set<() => void>();
const tabs = new BroadcastChannel("network");

/** Any code except 1000, after which the library wouldn't reconnect. */
const CUT = 4000;

export function installNetworkSwitch(): void {
  tabs.onmessage = ({ data: isCut }) => setCut(isCut);
  window.WebSocket = class extends window.WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      // Only the inbox's sockets: Vite's dev server uses a socket too.
      if (!new URL(this.url).pathname.startsWith("/ws/")) return;

      // A socket closed before it opens fails as if the server were unreachable: `error`, then 1006.
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
  setCut(true);
  tabs.postMessage(true);
}

export function restoreNetwork(): void {
  setCut(false);
  tabs.postMessage(false);
}

export function useNetwork(): Network {
  return useSyncExternalStore(observe, () => network);
}

function setCut(isCut: boolean): void {
  update({ isCut });
  if (isCut) for (const socket of sockets) socket.close(CUT, "cut by the visitor");
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
