// A new React application with the packed package installed, as a reader of the README would have it.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { testFile } from "./bundle.mjs";

const run = promisify(execFile);

/** Packs the package. The folder is the caller's to remove. */
export async function packPackage() {
  const folder = await mkdtemp(join(tmpdir(), "inbox-socket-"));
  const { stdout } = await run("npm", ["pack", testFile("../pkg"), "--json", "--pack-destination", folder]);
  const [{ filename, files }] = JSON.parse(stdout);
  return {
    folder,
    tarball: join(folder, filename),
    files: files.map(({ path }) => path).sort(),
    remove: () => rm(folder, { recursive: true }),
  };
}

/**
 * @param {string} folder
 * @param {string} tarball
 */
export async function makeApplication(folder, tarball) {
  const versions = {};
  for (const name of ["react", "react-dom", "vite", "@vitejs/plugin-react"]) {
    versions[name] = JSON.parse(await readFile(testFile(`node_modules/${name}/package.json`), "utf8")).version;
  }
  const files = {
    "package.json": JSON.stringify({ private: true, type: "module", dependencies: { "inbox-socket": tarball, ...versions } }),
    "index.html": '<!doctype html><title>app</title><link rel="icon" href="data:,"><div id="root"></div>' +
      '<script type="module" src="/src/main.jsx"></script>',
    // What a new application has, and not a word more.
    "vite.config.js": 'import react from "@vitejs/plugin-react";\nexport default { plugins: [react()] };\n',
    "src/main.jsx": MAIN,
    "server.mjs": SERVER,
    "types.ts": TYPES,
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: folder });
}

const MAIN = `
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { configure } from "inbox-socket";
import { useWebSocket } from "inbox-socket/react";

configure({ url: new URLSearchParams(location.search).get("socket") });

function Conversation({ id }) {
  const [messages, setMessages] = useState([]);
  const { isConnected, sendMessage } = useWebSocket(id, ({ message }) => setMessages((before) => [...before, message]));
  return (
    <section aria-label={"Conversation " + id}>
      <p role="status">{isConnected ? "connected" : "not connected"}</p>
      <ul>{messages.map((message) => <li key={message}>{message}</li>)}</ul>
      <button onClick={() => sendMessage(id, "Hello from " + id)}>Send</button>
    </section>
  );
}

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <Conversation id={1} />
    <Conversation id={2} />
  </StrictMode>,
);
`;

const SERVER = `
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { getState } from "inbox-socket";
import { useWebSocket } from "inbox-socket/react";

const Page = () => createElement("p", null, useWebSocket(1).isConnecting ? "connecting" : "idle");
console.log(renderToString(createElement(Page)), JSON.stringify(getState()));
`;

const TYPES = `
import { type SendResult, sendMessage } from "inbox-socket";
import { useWebSocket } from "inbox-socket/react";

export const result: Promise<SendResult> = sendMessage(1, "hi");
export const isConnected: boolean = useWebSocket(1).isConnected;
// @ts-expect-error the types are there, or this would be any
export const wrong: string = useWebSocket(1).isConnected;
`;
