// The server's half of the tests of server rendering: a program for node that renders and tells what that did.

import { renderToString } from "react-dom/server";

const opened: string[] = [];
globalThis.fetch = async (input) => Promise.reject(opened.push(`fetch ${String(input)}`));
globalThis.WebSocket = class {
  constructor(url: string) {
    opened.push(`WebSocket ${url}`);
  }
} as unknown as typeof WebSocket;
const before = new Set(Reflect.ownKeys(globalThis));
const added = () => Reflect.ownKeys(globalThis).filter((key) => !before.has(key)).map(String);

await import("inbox-socket");
await import("inbox-socket/react");
const addedByImport = added();

const { Page } = await import("./rendered.js");
const html = renderToString(<Page />);
// What was only put off would happen now.
await new Promise((resolve) => setTimeout(resolve));

console.log(JSON.stringify({ html, addedByImport, addedByRendering: added(), opened }));
