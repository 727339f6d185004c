// The ways to run a consumer: each opens a page in a browser or runs a test.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

import { testFile } from "../support/bundle.mjs";
import { freePort } from "../support/free-port.mjs";
import { start } from "../support/process.mjs";
import { TestServer } from "../support/server.mjs";
import { visit } from "./visit.mjs";

const run = promisify(execFile);

/** The most ms that a tool may take on a busy machine. */
const PATIENCE = 180_000;

/** The environment of a fresh shell, without the variables of the test runner. */
const ENVIRONMENT = {
  ...process.env,
  NODE_ENV: undefined,
  NODE_OPTIONS: undefined,
  NODE_TEST_CONTEXT: undefined,
  NEXT_TELEMETRY_DISABLED: "1",
  CI: undefined,
  NO_COLOR: "1",
};

/** @typedef {(folder: string) => Promise<void>} Mode */

/**
 * Returns a mode that runs a development server.
 *
 * @param {(port: string) => string[]} command
 * @param {{rendered?: boolean, inDevelopment?: boolean}} [options] `rendered`: the server renders the page's content
 * @returns {Mode}
 */
export function serves(command, { rendered, inDevelopment = true } = {}) {
  return async (folder) => {
    const sockets = await TestServer.start();
    try {
      await serve(folder, command, (address) => visit(address, sockets, { rendered, inDevelopment }));
    } finally {
      await sockets.stop();
    }
  };
}

/**
 * Returns a mode that runs a build whose own server proxies the socket.
 *
 * @param {string[]} command
 * @param {object} options
 * @param {(port: string) => string[]} options.server
 * @param {(port: number) => Record<string, string>} options.files the application's additional files, given the port
 *   of the socket's server
 * @returns {Mode}
 */
export function proxies(command, { server, files }) {
  return async (folder) => {
    const sockets = await TestServer.start();
    const written = Object.entries(files(sockets.port));
    try {
      for (const [path, text] of written) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      await runTool(folder, command);
      await serve(folder, server, (address) => visit(address, sockets, { rendered: true, socket: "/ws/inbox/" }));
      assert.deepEqual([...new Set(sockets.attempts)], ["/ws/inbox/"]);
    } finally {
      await sockets.stop();
      for (const [path] of written) await rm(join(folder, path), { force: true });
    }
  };
}

/**
 * @param {string} folder
 * @param {(port: string) => string[]} command
 * @param {(address: string) => Promise<void>} visited
 */
async function serve(folder, command, visited) {
  const port = await freePort();
  const [program, ...args] = command(port);
  const server = await start(tool(folder, program), args, {
    cwd: folder,
    env: ENVIRONMENT,
    line: new RegExp(`https?://[^\\s]+:${port}`),
    patience: PATIENCE,
  });
  try {
    await answered(port);
    await visited(`http://localhost:${port}/`);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${server.output()}`, { cause: error });
  } finally {
    await server.stop();
  }
}

/**
 * Returns a mode that builds, and serves the files with the tool's own server or a plain one.
 *
 * @param {string[] | null} command
 * @param {object} [options]
 * @param {string} [options.site] the folder that the build writes
 * @param {(port: string) => string[]} [options.server] the tool's own server
 * @param {boolean} [options.rendered] the tool's server renders the page's content
 * @param {boolean} [options.losesCore] false if the build has no chunks or cannot load a chunk again
 * @param {(text: string) => void} [options.bundle] checks the bundle
 * @returns {Mode}
 */
export function builds(command, { site = "dist", server, rendered, losesCore, bundle } = {}) {
  return async (folder) => {
    if (command) assert.doesNotMatch(await runTool(folder, command), /warn|⚠/i, "the build must print no warnings");
    if (server) return serves(server, { rendered, inDevelopment: false })(folder);
    const files = await readSite(join(folder, site));
    bundle?.(String(files.get("/main.js")));
    const host = await TestServer.start({ files });
    try {
      await visit(`${host.origin}/`, host, { losesCore });
    } finally {
      await host.stop();
    }
  };
}

/** Waits for a server that may print its address before it listens. @param {string} port */
async function answered(port) {
  const end = Date.now() + PATIENCE;
  while (!(await fetch(`http://localhost:${port}/`).catch(() => null))) {
    if (Date.now() > end) throw new Error(`the server at port ${port} did not answer in ${PATIENCE} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Returns a mode that runs a command, which must succeed. @param {string[]} command @returns {Mode} */
export function passes(command) {
  return async (folder) => void (await runTool(folder, command));
}

/** Returns a check of the bundle. @param {string} what @param {(text: string) => boolean} holds */
export function check(what, holds) {
  return (/** @type {string} */ text) => assert.ok(holds(text), `the bundle must ${what}`);
}

/** Runs a tool and returns its output. @param {string} folder @param {string[]} command */
async function runTool(folder, [program, ...args]) {
  const options = { cwd: folder, env: ENVIRONMENT, timeout: PATIENCE };
  const { stdout, stderr } = await run(tool(folder, program), args, options).catch(({ message, stdout, stderr }) => {
    throw new Error(`${message}\n${stdout}${stderr}`);
  });
  return stdout + stderr;
}

/** @param {string} folder @param {string} program */
function tool(folder, program) {
  return program === "node" ? process.execPath : join(folder, "node_modules", ".bin", program);
}

/** @param {string} folder */
async function readSite(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const written = entries.filter((entry) => entry.isFile());
  const paths = written.map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  /** @type {Map<string, Uint8Array | string>} */
  const files = new Map();
  for (const path of paths) files.set(`/${relative(folder, path)}`, await readFile(path));
  // Some tools don't write a page.
  const page = files.get("/index.html") ?? (await readFile(testFile("consumers/page/public/index.html")));
  return files.set("/", page);
}
