// The servers in the storm: one with SQLite, or two with PostgreSQL and Redis.

import { setTimeout as sleep } from "node:timers/promises";

import { Backend } from "../support/backend.mjs";
import { Services } from "./services.mjs";
import { OF_A_SERVER } from "./troubles.mjs";

/**
 * A message in the database; `at` is its `created_at` in ms.
 *
 * @typedef {{conversation: number, seq: number, id: number, text: string, at: number} & Sender} Stored
 * @typedef {{user: string, clientId: string | null}} Sender
 */

// Every message must have an entry: an entry that is missing raises a KeyError.
const READ = `
import json
from inbox.models import Message
from inbox_socket.django.models import Entry
entries = {entry.key: entry for entry in Entry.objects.all()}
rows = [(m, entries[str(m.pk)]) for m in Message.objects.select_related("sender")]
print(json.dumps([
    {"conversation": m.conversation_id, "seq": entry.seq, "id": m.pk, "user": m.sender.username,
     "clientId": entry.client_id, "text": m.text, "at": int(m.created_at.timestamp() * 1000)}
    for m, entry in sorted(rows, key=lambda row: (row[0].conversation_id, row[1].seq))
]))`;

export class Servers {
  /** @type {Services | undefined} */
  #services;
  /** @type {Backend[]} */
  #backends = [];

  /** @param {boolean} isCluster */
  static async start(isCluster) {
    const servers = new Servers();
    try {
      await servers.#start(isCluster);
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
    return JSON.parse((await this.#backends[0]?.run(READ)) ?? "");
  }

  async stop() {
    await Promise.all(this.#backends.map((backend) => backend.close()));
    await this.#services?.stop();
  }

  /** @param {boolean} isCluster */
  async #start(isCluster) {
    if (isCluster) this.#services = await Services.start();
    const env = isCluster ? { ...this.#services?.env, SECRET_KEY: "the same for both" } : {};
    // One after the other: the first one migrates the database.
    for (let count = isCluster ? 2 : 1; count > 0; count--) this.#backends.push(await Backend.open(env));
  }
}
