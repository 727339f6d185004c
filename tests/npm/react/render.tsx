// The server of the server-rendering tests: a program for Node.js that renders, and prints the markup and side effects.

import { renderToString } from "react-dom/server";

const opened: string[] = [];
globalThis.fetch = async (input) => Promise.reject(opened.push(`fetch ${String(input)}`));
globalThis.WebSocket = class {
  constructor(url: string) {
    opened.push(`WebSocket ${url}`);
  }
} as unknown as typeof WebSocket;
const before = new Set(Reflect.ownKeys(globalThis));
const added = () =>
  Reflect.ownKeys(globalThis)
    .filter((key) => !before.has(key))
    .map(String);

const { createInbox } = await import("inbox-socket");
await import("inbox-socket/react");
const addedByImport = added();

const { Page } = await import("./rendered.js");
const html = renderToString(<Page />);
// As a server does for each request.
const provided = [1, 2].map((user) => renderToString(<Page inbox={createInbox({ user })} />));
// Gives deferred work a chance to run.
await new Promise((resolve) => setTimeout(resolve));

console.log(JSON.stringify({ html, provided, addedByImport, addedByRendering: added(), opened }));
