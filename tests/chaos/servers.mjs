// The servers in the storm: one of a kind, or two of the demo's with PostgreSQL and Redis.

import { setTimeout as sleep } from "node:timers/promises";

import { Django } from "./backends/django.mjs";
import { FastApi } from "./backends/fastapi.mjs";
import { Node } from "./backends/node.mjs";
import { Services } from "./services.mjs";
import { OF_A_SERVER } from "./troubles.mjs";

/** The servers that `SERVER` names. */
export const KINDS = { django: Django, fastapi: FastApi, node: Node };

/**
 * A message in the database; `at` is the ms at which it was created.
 *
 * @typedef {{conversation: number, seq: number, id: number, text: string, at: number} & Sender} Stored
 * @typedef {{user: string, clientId: string | null}} Sender
 * @typedef {{url?: string, conversations: number[]}} Visit the address of a user's socket, if it isn't the default
 */

export class Servers {
  /** @type {Services | undefined} */
  #services;
  /** @type {(Django | FastApi | Node)[]} */
  #backends = [];

  /** @param {{isCluster: boolean, kind: keyof typeof KINDS}} options */
  static async start(options) {
    const servers = new Servers();
    try {
      await servers.#start(options);
    } catch (error) {
      await servers.stop();
      throw error;
    }
    return servers;
  }

  get ports() {
    return this.#backends.map(({ port }) => port);
  }

  /** Makes trouble, and resolves once it is over. @param {import("./schedule.mjs").ServerTrouble} trouble */
  async suffer({ kind, server, lasts }) {
    if (kind === "redis") {
      await this.#services?.stopRedis();
      await sleep(lasts);
      await this.#services?.startRedis();
    } else {
      await this.#backends[server]?.stop(OF_A_SERVER[kind]);
      await sleep(lasts);
      await this.#backends[server]?.restart();
    }
  }

  /** Returns all messages in the database. @returns {Promise<Stored[]>} */
  async stored() {
    return (await this.#backends[0]?.stored()) ?? [];
  }

  /** Logs a user in. @param {import("playwright-core").Page} page @param {string} user @returns {Promise<Visit>} */
  async enter(page, user) {
    return (await this.#backends[0]?.enter(page, user)) ?? { conversations: [] };
  }

  async stop() {
    await Promise.all(this.#backends.map((backend) => backend.close()));
    await this.#services?.stop();
  }

  /** @param {{isCluster: boolean, kind: keyof typeof KINDS}} options */
  async #start({ isCluster, kind }) {
    if (isCluster) this.#services = await Services.start();
    const env = isCluster ? { ...this.#services?.env, SECRET_KEY: "the same for both" } : {};
    // One after the other: the first one migrates the database.
    const Kind = /** @type {{open(env: Record<string, string>): Promise<any>}} */ (KINDS[kind]);
    for (let count = isCluster ? 2 : 1; count > 0; count--) this.#backends.push(await Kind.open(env));
  }
}
