// The server of a guide: the code of its blocks in a folder, started as a reader would.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { endWithThis } from "../../support/process.mjs";
import { Program } from "../../support/program.mjs";

/** The conversations in the storm, each with its users. @type {Record<number, string[]>} */
export const ROOMS = { 1: ["ana", "ben", "chi"], 2: ["ana", "ben"], 3: ["ana", "chi"] };

/** @param {string} user */
export const tokenOf = (user) => `token-of-${user}`;

/** @returns the participants in `ROOMS`, as the values of an SQL INSERT @param {(user: string) => string | number} id */
export function participantRows(id) {
  const pairs = Object.entries(ROOMS).flatMap(([room, users]) => users.map((user) => `(${room}, ${id(user)})`));
  return pairs.join(", ");
}

export class Guide {
  /** @param {Record<string, string>} files */
  constructor(files) {
    this.folder = mkdtempSync(join(tmpdir(), "inbox-socket-storm-"));
    this.remove = () => rmSync(this.folder, { recursive: true, force: true });
    this.removed = endWithThis(this.remove);
    /** @type {Program | undefined} */
    this.program = undefined;
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, name), text);
  }

  get port() {
    return Number(this.program?.port);
  }

  /** @param {NodeJS.Signals} signal */
  async stop(signal) {
    await this.program?.stop(signal);
  }

  /** Starts the server again, with the same data and port. */
  async restart() {
    await this.program?.restart();
  }

  async close() {
    await this.stop("SIGKILL");
    this.remove();
    this.removed();
  }

  /** @param {import("playwright-core").Page} page @param {string} user @returns {Promise<import("../servers.mjs").Visit>} */
  async enter(page, user) {
    const url = new URL(`/ws/inbox/?token=${tokenOf(user)}`, page.url().replace("http", "ws"));
    const conversations = Object.entries(ROOMS).filter(([, users]) => users.includes(user));
    return { url: url.href, conversations: conversations.map(([id]) => Number(id)) };
  }
}
