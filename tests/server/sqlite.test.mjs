// The storage for SQLite.

import assert from "node:assert/strict";
import { it } from "node:test";

import { Server } from "inbox-socket/server";
import { SqliteStorage } from "inbox-socket/server/sqlite";
import { Page, say } from "./page.mjs";
import { openSqlite } from "./sqlite.mjs";
import { created, describeStorage, schema } from "./storage.mjs";

const database = openSqlite();
database?.close();

if (database) describeStorage("the storage for SQLite", open);
else it("the storage for SQLite", { skip: "neither node:sqlite nor a built better-sqlite3 is here" }, () => {});

async function open(t) {
  const db = openSqlite();
  t.after(() => db.close());
  db.exec(schema("INTEGER PRIMARY KEY"));
  const insert = (_client, sender, text, type = "TEXT") =>
    Number(
      db.prepare("INSERT INTO messages (conversation, sender, text, type) VALUES (2, ?, ?, ?)").run(sender, text, type)
        .lastInsertRowid,
    );
  /** @type {any} */
  const application = {
    participants: (id) =>
      db
        .prepare("SELECT member FROM members WHERE conversation = ?")
        .all(id)
        .map(({ member }) => member),
    conversations: (id) =>
      db
        .prepare("SELECT conversation FROM members WHERE member = ?")
        .all(id)
        .map(({ conversation }) => conversation),
    create: (draft) => created(draft, insert(db, draft.userId, draft.text, draft.type)),
    load: (ids) =>
      db
        .prepare("SELECT * FROM messages WHERE id IN (SELECT value FROM json_each(?))")
        .all(JSON.stringify(ids))
        .map((row) => ({ message: row.text, type: row.type, sender_id: row.sender, message_id: row.id })),
    existing: (id) =>
      db
        .prepare("SELECT id FROM messages WHERE conversation = ? ORDER BY id")
        .all(id)
        .map((row) => row.id),
  };
  const make = (options = {}) => new SqliteStorage(db, application, options);
  const storage = make();
  await storage.migrate();
  return {
    db,
    storage,
    application,
    another: make,
    insert,
    run: async (sql) => (/^\s*SELECT/.test(sql) ? db.prepare(sql).all() : db.exec(sql)),
    transaction: async (work) => {
      db.exec("BEGIN");
      try {
        const result = work(db);
        db.exec("COMMIT");
        return result;
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      }
    },
  };
}

it("sync looks each message up by its key", { skip: !database }, async (t) => {
  const { db, storage } = await open(t);
  /** @type {string[]} */
  const plans = [];
  const prepare = db.prepare.bind(db);
  db.prepare = (/** @type {string} */ sql) => {
    if (sql.includes("JOIN inbox_entries")) {
      const steps = prepare(`EXPLAIN QUERY PLAN ${sql}`).all("[]");
      plans.push(...steps.map(({ detail }) => detail).filter((detail) => /^\w+ e\b/.test(detail)));
    }
    return prepare(sql);
  };
  assert.deepEqual(await storage.after(1, [{ conversationId: 2, seq: 0, head: 200 }], 200), []);
  assert.equal(plans.length, 1);
  assert.match(plans[0], /^SEARCH e USING .*\(conversation=\? AND seq=\?\)/);
});

it("an application's function that returns a promise is refused, and nothing is stored", {
  skip: !database,
}, async (t) => {
  const { storage, run } = await open(t);
  const later = new SqliteStorage(openSqlite(), {
    participants: async () => [1],
    conversations: () => [],
    create: () => 1,
    load: () => [],
  });
  await later.migrate();
  const draft = { userId: 1, conversationId: 2, text: "a", type: "TEXT" };
  await assert.rejects(later.append([draft]), /must return values with SQLite; got a promise/);
  await assert.rejects(later.append([draft]), /got a promise/, "its transaction has ended");
  assert.ok(storage);
  assert.deepEqual(await run("SELECT * FROM messages"), []);
});

it("ids may be strings", { skip: !database }, async (t) => {
  const db = openSqlite();
  t.after(() => db.close());
  db.exec("CREATE TABLE messages (id TEXT PRIMARY KEY, text TEXT)");
  /** @type {{conversation: "string", message: "string", user: "string"}} */
  const ids = { conversation: "string", message: "string", user: "string" };
  const storage = new SqliteStorage(
    db,
    {
      participants: (id) => (id === "7" ? ["ana", "1"] : []),
      conversations: () => ["7"],
      create: ({ text }) => {
        db.prepare("INSERT INTO messages VALUES (?, ?)").run(`id of ${text}`, text);
        return `id of ${text}`;
      },
      load: (messageIds) =>
        messageIds.map((id) => ({
          ...db.prepare("SELECT text AS message FROM messages WHERE id = ?").get(id),
          message_id: id,
        })),
    },
    { ids },
  );
  await storage.migrate();
  const server = new Server({ storage, ids });
  const ana = await Page.open(server, "ana");
  for (const [index, text] of ["a", "b"].entries()) {
    const ack = await ana.ask(say("7", text, `c${index}`));
    assert.deepEqual([ack.conversation_id, ack.message_id, ack.seq], ["7", `id of ${text}`, index + 1]);
    await ana.next();
  }
  assert.equal((await ana.ask(say(/** @type {any} */ (7), "a", "c9"))).code, "bad_frame");
  const { messages, heads } = await ana.ask({ action: "sync", id: 1, after: { 7: 1 } });
  assert.deepEqual([messages[0].message, messages[0].seq, heads], ["b", 2, { 7: 2 }]);
  const page = (/** @type {string} */ before) => ana.ask({ action: "get_messages", conversation_id: "7", before });
  assert.deepEqual(
    (await page("id of b")).messages.map(({ message }) => message),
    ["a"],
  );
  assert.deepEqual((await page("unknown")).messages, []);
});

it("a storage names the functions that its application lacks", () => {
  assert.throws(() => new SqliteStorage(/** @type {any} */ ({}), /** @type {any} */ ({ load() {} })), {
    message: "the application must have functions; missing: participants, conversations, create",
  });
});
