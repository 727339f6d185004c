// The storage and the broker for PostgreSQL, on a real cluster.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pg from "pg";

import { Server } from "inbox-socket/server";
import { MemoryStorage } from "inbox-socket/server/memory";
import { PgStorage } from "inbox-socket/server/pg";
import { PostgresBroker } from "inbox-socket/server/postgres";
import { joiner, split } from "../../pkg/server/parts.js";
import { eventually, Queue } from "../support/queue.mjs";
import { Page, say } from "./page.mjs";
import { missing, startPostgres } from "./postgres.mjs";
import { created, describeStorage, entries, schema } from "./storage.mjs";

describe("with PostgreSQL", { skip: missing }, () => {
  /** @type {Awaited<ReturnType<typeof startPostgres>>} */
  let postgres;
  let databases = 0;
  before(async () => (postgres = await startPostgres()));
  after(() => postgres.stop());

  /** Returns a pool of a new database. @param {import("node:test").TestContext} t */
  async function newPool(t) {
    const admin = new pg.Client(postgres.url);
    await admin.connect();
    const name = `test${(databases += 1)}`;
    await admin.query(`CREATE DATABASE ${name}`);
    await admin.end();
    const connectionString = postgres.url.replace(/\w+$/, name);
    /** @type {pg.Pool[]} */
    const pools = [];
    /** @type {PostgresBroker[]} */
    const brokers = [];
    const open = () => {
      const pool = new pg.Pool({ connectionString, max: 5 });
      pools.push(pool);
      return pool;
    };
    t.after(async () => {
      // A pool waits for the connections that are in use.
      for (const broker of brokers) await broker.stop();
      for (const pool of pools) await pool.end();
    });
    return { pool: open(), open, brokers };
  }

  /** @param {import("node:test").TestContext} t */
  async function openDatabase(t) {
    const { pool, open } = await newPool(t);
    await pool.query(schema("BIGSERIAL PRIMARY KEY"));
    const insert = async (client, sender, text, type = "TEXT") => {
      const sql = "INSERT INTO messages (conversation, sender, text, type) VALUES (2, $1, $2, $3) RETURNING id";
      return (await client.query(sql, [sender, text, type])).rows[0].id;
    };
    /** @type {any} */
    const application = {
      participants: async (id, client) =>
        (await client.query("SELECT member FROM members WHERE conversation = $1 ORDER BY member", [id])).rows.map(
          ({ member }) => member,
        ),
      conversations: async (id, client) =>
        (await client.query("SELECT conversation FROM members WHERE member = $1", [id])).rows.map(
          ({ conversation }) => conversation,
        ),
      create: async (draft, client) => created(draft, await insert(client, draft.userId, draft.text, draft.type)),
      load: async (ids, client) =>
        (await client.query("SELECT * FROM messages WHERE id = ANY($1)", [ids])).rows.map((row) => ({
          ...{ message: row.text, type: row.type, sender_id: Number(row.sender), message_id: row.id },
        })),
      existing: async (id, client) =>
        (await client.query("SELECT id FROM messages WHERE conversation = $1 ORDER BY id", [id])).rows.map(
          (row) => row.id,
        ),
    };
    /** @param {pg.Pool} own @param {object} [options] */
    const make = (own, options = {}) => new PgStorage(own, application, options);
    const storage = make(pool);
    await storage.migrate();
    return {
      pool,
      storage,
      application,
      insert,
      another: (options) => make(open(), options),
      run: async (sql) => (await pool.query(sql)).rows,
      transaction: async (work) => {
        const client = await pool.connect();
        try {
          await client.query("BEGIN");
          const result = await work(client);
          await client.query("COMMIT");
          return result;
        } catch (error) {
          await client.query("ROLLBACK");
          throw error;
        } finally {
          client.release();
        }
      },
    };
  }

  describeStorage("the storage for PostgreSQL", openDatabase);

  it("a conversation that the application has locked delays no other", async (t) => {
    const { pool, storage } = await openDatabase(t);
    const server = new Server({ storage });
    const [ana, chi] = [await Page.open(server, 1), await Page.open(server, 3)];
    assert.equal((await ana.ask(say(2, "first", "c1"))).action, "ack");
    await ana.next();
    const client = await pool.connect();
    await client.query("BEGIN");
    await client.query("SELECT * FROM inbox_heads WHERE conversation = 2 FOR UPDATE");
    const waiting = ana.send(say(2, "second", "c2"));
    for (const seq of [1, 2]) {
      assert.equal((await chi.ask(say(9, "a", `c${seq}`))).seq, seq);
      await chi.next();
    }
    await client.query("COMMIT");
    client.release();
    await waiting;
    assert.equal((await ana.next()).seq, 2);
  });

  it("sync reads no more entries than it returns messages, in a table of many", async (t) => {
    const { pool, storage, run } = await openDatabase(t);
    await run(entries(40_000, 2));
    await run(entries(40_000, 9));
    await run("ANALYZE inbox_entries");
    const { query } = pool;
    /** @type {number[]} */
    const read = [];
    pool.query = async (/** @type {any} */ sql, /** @type {any} */ params) => {
      if (sql.includes("JOIN inbox_entries")) {
        const { rows } = await query.call(pool, `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, params);
        read.push(rowsRead(rows[0]["QUERY PLAN"][0].Plan));
      }
      return query.call(pool, sql, params);
    };
    const range = { conversationId: 2, seq: 20_000, head: 20_100 };
    assert.equal((await storage.after(1, [range, { conversationId: 9, seq: 0, head: 100 }], 200)).length, 0);
    assert.deepEqual(read, [200]);
  });

  for (const [what, load, reason] of /** @type {[string, (ids: any[], client: any) => any, RegExp][]} */ ([
    [
      "catches the error of a query",
      async (ids, client) => {
        await client.query("SELECT * FROM missing").catch(() => {});
        return ids.map((id) => ({ message: "a", type: "TEXT", message_id: id }));
      },
      /rolled back, because a query in it had failed/,
    ],
    ["returns no frame of a new message", () => [], /load must return the frame of the new message/],
  ])) {
    it(`the storage acknowledges nothing that is not stored if the application's \`load\` ${what}`, async (t) => {
      const { pool } = await newPool(t);
      await pool.query(schema("BIGSERIAL PRIMARY KEY"));
      const insert = "INSERT INTO messages (conversation, sender, text, type) VALUES (2, 1, 'a', 'TEXT') RETURNING id";
      const storage = new PgStorage(pool, {
        participants: () => [1],
        conversations: () => [2],
        create: async (_draft, client) => (await client.query(insert)).rows[0].id,
        load,
      });
      await storage.migrate();
      const draft = { userId: 1, conversationId: 2, text: "a", type: "TEXT", clientId: "c1" };
      await assert.rejects(storage.append([draft]), reason);
      assert.deepEqual((await pool.query("SELECT * FROM messages")).rows, []);
    });
  }

  describe("the broker", () => {
    /** @param {import("node:test").TestContext} t */
    async function pair(t) {
      const { pool, open, brokers } = await newPool(t);
      /** @type {Queue<string>} */
      const heard = new Queue("texts");
      const [sender, receiver] = [new PostgresBroker(pool), new PostgresBroker(open())];
      brokers.push(receiver);
      await receiver.start((text) => heard.push(text));
      return { pool, sender, receiver, heard };
    }

    it("carries texts of any length in order, with characters of any kind", async (t) => {
      const { sender, heard } = await pair(t);
      const texts = ["a", "", `x${"😀".repeat(30_000)}`, "é".repeat(10_000), "'; DROP TABLE $1 --"].map((text) =>
        JSON.stringify(text),
      );
      await Promise.all(texts.map((text) => sender.publish(text)));
      const received = new Set();
      for (const _ of texts) received.add(await heard.next());
      assert.deepEqual(received, new Set(texts));
    });

    it("connects the pages of two processes", async (t) => {
      const { pool, receiver } = await pair(t);
      const storage = new MemoryStorage();
      storage.create(2, ["ana", "ben"]);
      const brokers = [new PostgresBroker(pool), new PostgresBroker(pool)];
      const servers = brokers.map((broker) => new Server({ storage, broker }));
      for (const server of servers) await server.start();
      const [ana, ben] = [await Page.open(servers[0], "ana"), await Page.open(servers[1], "ben")];
      assert.equal((await ana.ask(say(2, "😀".repeat(4_000), "c1"))).action, "ack");
      assert.equal((await ben.next()).message.length, 8_000);
      assert.ok(receiver.connected);
      for (const server of servers) await server.stop();
    });

    it("subscribes again after its connection was ended", async (t) => {
      const { pool, sender, receiver, heard } = await pair(t);
      const listening = "SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN inbox_socket'";
      await pool.query(`SELECT pg_terminate_backend(pid) FROM (${listening}) AS l`);
      await eventually("the broker notices", () => !receiver.connected);
      await eventually("the broker subscribes again", () => receiver.connected);
      await sender.publish("again");
      assert.equal(await heard.next(), "again");
    });
  });
});

describe("the parts of a text", () => {
  it("are shorter than a notification may be, and never split a character", () => {
    const text = `x${"😀".repeat(10_000)}`;
    const parts = split(text);
    assert.ok(parts.every((part) => Buffer.byteLength(part) < 8_000 && part.isWellFormed()));
    const heard = [];
    parts.forEach(joiner((joined) => heard.push(joined)));
    assert.deepEqual(heard, [text]);
  });

  it("are dropped if one is missing, and those of the next text are not", () => {
    const [first, second] = [split("a".repeat(9_000)), split("b".repeat(9_000))];
    const heard = [];
    const join = joiner((joined) => heard.push(joined));
    for (const part of [...first.slice(0, 1), ...first.slice(2), ...second]) join(part);
    assert.deepEqual(heard, ["b".repeat(9_000)]);
  });
});

it("a channel that needs quotes is rejected", () => {
  const pool = /** @type {any} */ ({});
  assert.throws(
    () => new PostgresBroker(pool, { channel: "Inbox" }),
    /channel must consist of a-z, 0-9 and _; got "Inbox"/,
  );
});

/** Returns how many rows of `inbox_entries` a query reads. @param {any} plan @returns {number} */
function rowsRead(plan) {
  const { "Actual Rows": rows, "Actual Loops": loops, "Rows Removed by Filter": removed = 0, Plans = [] } = plan;
  const own = plan["Relation Name"] === "inbox_entries" ? (rows + removed) * loops : 0;
  return Plans.reduce((sum, part) => sum + rowsRead(part), own);
}
