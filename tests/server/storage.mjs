// What every storage over SQL must do, tested through the server.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Server } from "inbox-socket/server";
import { size } from "../../pkg/server/protocol.js";
import { Page, say } from "./page.mjs";

const ANA = 1;
const BEN = 2;
const CHI = 3;
const ROOM = 2;
const OTHER = 9;

/**
 * An application's database with the tables `members (conversation, member)` and `messages (id, conversation, sender,
 * text, type)`: Ana and Ben take part in 2, Chi in 9.
 *
 * @typedef {object} Database
 * @property {any} storage
 * @property {any} application
 * @property {(sql: string) => Promise<any[]>} run runs a statement, and returns its rows
 * @property {(work: (client: any) => any) => Promise<any>} transaction
 * @property {(client: any, sender: number, text: string) => any} insert inserts a message of conversation 2; returns its id
 * @property {(options?: object) => any} another another process's storage over the same database
 */

/** @param {string} title @param {(t: import("node:test").TestContext) => Promise<Database>} open */
export function describeStorage(title, open) {
  /** @param {import("node:test").TestContext} t */
  async function fixture(t) {
    const database = await open(t);
    /** @type {string[]} */
    const reports = [];
    const server = new Server({
      storage: database.storage,
      onError: (what, error) => reports.push(`${what}: ${/** @type {Error} */ (error)?.message}`),
      now: () => 0,
      limits: { framesBurst: 1e6 },
    });
    /** @param {number} [count] @param {string} [prefix] */
    const talk = async (count = 1, prefix = "m") => {
      const drafts = Array.from({ length: count }, (_, index) => ({
        ...{ userId: BEN, conversationId: ROOM, text: `${prefix}${index}`, type: "TEXT" },
      }));
      return database.storage.append(drafts);
    };
    return { ...database, server, reports, talk };
  }

  /** @param {Page} page @param {number} [cursor] */
  const sync = (page, cursor = 0) => page.ask({ action: "sync", id: 1, after: { [ROOM]: cursor }, bytes: 262_144 });
  /** @param {{messages: any[]}} frame */
  const textsOf = ({ messages }) => messages.map(({ message }) => message);

  describe(title, () => {
    it("stores a message and pushes it with all its members", async (t) => {
      const { server } = await fixture(t);
      const [ana, ben] = [await Page.open(server, ANA), await Page.open(server, BEN)];
      const ack = await ana.ask(say(ROOM, "Grüße 😀", "c1"));
      const frame = await ben.next();
      assert.deepEqual(Object.keys(frame).slice(0, 2), ["conversation_id", "seq"]);
      const { message_id } = ack;
      assert.equal(typeof message_id, "number");
      assert.deepEqual(frame, {
        ...{ conversation_id: ROOM, seq: 1, message: "Grüße 😀", type: "TEXT", sender_id: ANA, message_id },
      });
      assert.deepEqual(ack, { action: "ack", client_id: "c1", conversation_id: ROOM, message_id, seq: 1 });
    });

    it("stores a repeated client_id once, even twice in one batch and after the sender has left", async (t) => {
      const { server, storage, run } = await fixture(t);
      const draft = { userId: ANA, conversationId: ROOM, text: "a", type: "TEXT", clientId: "c1" };
      const [first, again] = await storage.append([draft, draft]);
      const { conversation_id, seq, message_id } = first.frame;
      assert.deepEqual(again.frame, { conversation_id, seq, message_id });
      assert.deepEqual([first.recipients, again.recipients], [[ANA, BEN], undefined]);
      await run(`DELETE FROM members WHERE member = ${ANA}`);
      const ana = await Page.open(server, ANA);
      const ack = await ana.ask(say(OTHER, "something else", "c1"));
      assert.deepEqual([ack.seq, ack.conversation_id], [1, ROOM]);
      assert.equal((await ana.ask(say(ROOM, "b", "c2"))).code, "not_found");
      await run("DELETE FROM messages");
      assert.equal((await ana.ask(say(ROOM, "a", "c1"))).message_id, ack.message_id, "even if it was deleted");
    });

    it("keeps the client_ids of different senders apart", async (t) => {
      const { storage } = await fixture(t);
      const draft = { conversationId: ROOM, text: "a", type: "TEXT", clientId: "c1" };
      const [ana, ben] = await storage.append([
        { ...draft, userId: ANA },
        { ...draft, userId: BEN },
      ]);
      assert.deepEqual([ana.frame.seq, ben.frame.seq], [1, 2]);
    });

    it("numbers messages of several processes consecutively, and a client_id that both get once", async (t) => {
      const { storage, another, run } = await fixture(t);
      const both = [storage, another()];
      const drafts = Array.from({ length: 20 }, (_, index) => ({
        ...{ userId: ANA, conversationId: ROOM, text: `t${index}`, type: "TEXT", clientId: `c${index}` },
      }));
      // Each draft in a batch of its own. A batch may be rejected because the other process was first: the server
      // tries again.
      const store = async (/** @type {any} */ target, /** @type {object} */ draft) =>
        target.append([draft]).catch(() => target.append([draft]));
      const stored = await Promise.all(both.flatMap((target) => drafts.map((draft) => store(target, draft))));
      const rows = await run("SELECT seq FROM inbox_entries ORDER BY seq");
      assert.deepEqual(
        rows.map(({ seq }) => Number(seq)),
        drafts.map((_, index) => index + 1),
      );
      assert.equal((await run("SELECT id FROM messages")).length, 20);
      assert.equal(stored.filter(([{ recipients }]) => recipients).length, 20, "each has one broadcast");
    });

    it("returns the same error for missing conversations and those of other users", async (t) => {
      const { server, run } = await fixture(t);
      const ana = await Page.open(server, ANA);
      const other = await ana.ask(say(OTHER, "a", "c1"));
      assert.equal(other.code, "not_found");
      assert.deepEqual(await ana.ask(say(404, "a", "c1")), { ...other, conversation_id: 404 });
      assert.deepEqual(await run("SELECT * FROM inbox_heads"), []);
    });

    it("stores nothing of a batch that fails, and the server then stores all but the bad message", async (t) => {
      const { server, storage, reports, run } = await fixture(t);
      const drafts = ["one", "fail", "two"].map((text, index) => ({
        ...{ userId: ANA, conversationId: ROOM, text, type: "TEXT", clientId: `c${index}` },
      }));
      await assert.rejects(storage.append(drafts), /this application fails on purpose/);
      assert.deepEqual(await run("SELECT * FROM messages"), []);
      const ignore = () => {};
      const outcomes = await Promise.allSettled(
        drafts.map((draft) => /** @type {any} */ (server).batches.store(draft, ignore)),
      );
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ["fulfilled", "rejected", "fulfilled"],
      );
      const rows = await run(
        "SELECT e.seq, m.text FROM inbox_entries e JOIN messages m ON m.id = e.message ORDER BY seq",
      );
      assert.deepEqual(
        rows.map(({ seq, text }) => [Number(seq), text]),
        [
          [1, "one"],
          [2, "two"],
        ],
      );
      assert.deepEqual(reports, []);
    });

    it("reports a `create` that returns nothing, and stores nothing", async (t) => {
      const { server, reports, run } = await fixture(t);
      const ana = await Page.open(server, ANA);
      assert.equal((await ana.ask(say(ROOM, "return nothing", "c1"))).code, "internal");
      assert.match(reports[0], /create must return the message's id, of type number; got undefined/);
      assert.deepEqual(await run("SELECT * FROM messages"), []);
    });

    it("returns the messages after a cursor, and the heads of all conversations", async (t) => {
      const { server, talk, run } = await fixture(t);
      await run(`INSERT INTO members (conversation, member) VALUES (7, ${ANA})`);
      await talk(250);
      const ana = await Page.open(server, ANA);
      const first = await sync(ana, 10);
      assert.deepEqual([first.messages.length, first.has_more, first.heads], [200, true, { 2: 250, 7: 0 }]);
      const rest = await sync(ana, 210);
      assert.deepEqual(
        textsOf(rest),
        Array.from({ length: 40 }, (_, index) => `m${index + 210}`),
      );
      assert.equal(rest.complete, true);
      assert.ok(size(first) < 262_144);
      assert.equal((await ana.ask({ action: "ping", id: 1 })).total, 250);
    });

    it("reports deleted messages as a floor, however many", async (t) => {
      const { server, talk, run } = await fixture(t);
      await talk(500);
      await run("DELETE FROM messages WHERE text <> 'm499' AND text <> 'm3'");
      const ana = await Page.open(server, ANA);
      const first = await sync(ana);
      assert.deepEqual([textsOf(first), first.floors, first.has_more], [["m3"], { 2: 3 }, true]);
      const second = await sync(ana, 4);
      assert.deepEqual([textsOf(second), second.floors, second.has_more], [["m499"], { 2: 499 }, false]);
    });

    it("finds the floor of a history that was pruned up to a high number, with few reads", async (t) => {
      const { server, storage, application, talk, run } = await fixture(t);
      await run(entries(60_000, ROOM));
      await run(`INSERT INTO inbox_heads (conversation, head) VALUES (${ROOM}, 60000)`);
      const [{ frame }] = await talk();
      let loads = 0;
      const { load } = application;
      application.load = (/** @type {any[]} */ ids, /** @type {any} */ client) => {
        loads += ids.length;
        return load(ids, client);
      };
      const ana = await Page.open(server, ANA);
      const first = await sync(ana);
      const [floor] = Object.values(first.floors);
      assert.ok(floor > 40_000 && floor < 60_000, `several syncs, if the storage has to search; got ${floor}`);
      assert.ok(loads < 60_000 && first.has_more);
      loads = 0;
      const second = await sync(ana, floor);
      assert.deepEqual([textsOf(second), second.floors, second.has_more], [["m0"], { 2: 60_000 }, false]);
      loads = 0;
      application.oldest = () => frame.message_id;
      const found = await sync(ana);
      assert.deepEqual([textsOf(found), found.floors, found.has_more], [["m0"], { 2: 60_000 }, false]);
      assert.ok(loads < 250, `one sync, if the application knows its oldest message; loaded ${loads}`);
      application.oldest = () => undefined;
      assert.deepEqual(await storage.first(ANA, [{ conversationId: ROOM, seq: 0, head: 5 }]), new Map());
    });

    it("gives a user who joined again the head as the floor", async (t) => {
      const { server, storage, talk, transaction } = await fixture(t);
      await talk(3, "before");
      await transaction((client) => storage.joined(client, ROOM, [ANA]));
      await talk(1, "after");
      const ana = await Page.open(server, ANA);
      const answer = await sync(ana, 1);
      assert.deepEqual([textsOf(answer), answer.floors], [["after0"], { 2: 3 }]);
      const ben = await Page.open(server, BEN);
      assert.deepEqual((await sync(ben, 1)).floors, {});
    });

    it("shows each reader another frame, if frames differ", async (t) => {
      const { application, another, insert, transaction } = await fixture(t);
      const { load } = application;
      const mark = (/** @type {any} */ reader) => (/** @type {any[]} */ frames) =>
        frames.map((frame) => ({ ...frame, own: frame.sender_id === reader, reader }));
      application.load = (/** @type {any[]} */ ids, /** @type {any} */ client, /** @type {any} */ reader) => {
        const frames = load(ids, client);
        return typeof frames.then === "function" ? frames.then(mark(reader)) : mark(reader)(frames);
      };
      const storage = another({ framesDiffer: true });
      const server = new Server({ storage });
      const [ana, ben] = [await Page.open(server, ANA), await Page.open(server, BEN)];
      await ana.ask(say(ROOM, "a", "c1"));
      const stored = await transaction((client) => {
        const id = insert(client, BEN, "posted");
        const add = (/** @type {number} */ messageId) => storage.add(client, { conversationId: ROOM, messageId });
        return typeof id === "number" ? add(id) : id.then(add);
      });
      server.publish([stored]);
      for (const [page, user] of /** @type {[Page, number][]} */ ([
        [ana, ANA],
        [ben, BEN],
      ])) {
        const pushed = [await page.next(), await page.next()];
        assert.deepEqual(
          pushed.map(({ message, own, reader }) => [message, own, reader]),
          [
            ["a", user === ANA, user],
            ["posted", user === BEN, user],
          ],
        );
        assert.deepEqual((await sync(page)).messages, pushed);
        assert.deepEqual((await page.ask({ action: "get_messages", conversation_id: ROOM })).messages, pushed);
      }
    });

    it("returns the history by page, oldest first", async (t) => {
      const { server, talk, run } = await fixture(t);
      const stored = await talk(10);
      await run("DELETE FROM messages WHERE text = 'm7'");
      const ana = await Page.open(server, ANA);
      const ask = (/** @type {object} */ more) => ana.ask({ action: "get_messages", conversation_id: ROOM, ...more });
      const newest = await ask({ limit: 3 });
      assert.deepEqual([textsOf(newest), newest.has_more], [["m6", "m8", "m9"], true]);
      const older = await ask({ limit: 100, before: newest.messages[0].message_id });
      assert.deepEqual([textsOf(older), older.has_more], [["m0", "m1", "m2", "m3", "m4", "m5"], false]);
      assert.equal((await ask({ before: stored[0].frame.message_id })).messages.length, 0);
      assert.equal((await ask({ before: 1_000_000 })).messages.length, 9);
    });

    it("numbers a message that the application inserts itself, unless its transaction fails", async (t) => {
      const { server, storage, transaction, insert } = await fixture(t);
      const ana = await Page.open(server, ANA);
      const post = (/** @type {any} */ client) => {
        const id = insert(client, BEN, "posted");
        const add = (/** @type {number} */ messageId) => storage.add(client, { conversationId: ROOM, messageId });
        return typeof id === "number" ? add(id) : id.then(add);
      };
      await assert.rejects(
        transaction((client) => {
          const added = post(client);
          const fail = () => {
            throw new Error("afterwards");
          };
          return typeof added.then === "function" ? added.then(fail) : fail();
        }),
        /afterwards/,
      );
      const stored = await transaction(post);
      server.publish([stored]);
      const heard = await ana.next();
      assert.deepEqual([heard.seq, heard.message, heard.sender_id], [1, "posted", BEN]);
      assert.deepEqual(stored.recipients, [ANA, BEN]);
    });

    it("numbers the messages that were there before, in their order, before new ones", async (t) => {
      const { storage, talk, run } = await fixture(t);
      await run(`INSERT INTO messages (conversation, sender, text, type) VALUES
        (${ROOM}, ${BEN}, 'old0', 'TEXT'), (${ROOM}, ${BEN}, 'old1', 'TEXT'), (${OTHER}, ${CHI}, 'other', 'TEXT')`);
      await talk(1, "new");
      await run(`INSERT INTO messages (conversation, sender, text, type) VALUES (${ROOM}, ${BEN}, 'late', 'TEXT')`);
      for (let times = 0; times < 2; times += 1) await storage.backfill([ROOM, OTHER]);
      const rows = await run(`SELECT e.conversation, e.seq, m.text FROM inbox_entries e JOIN messages m
        ON m.id = e.message ORDER BY e.conversation, e.seq`);
      assert.deepEqual(
        rows.map(({ conversation, seq, text }) => [Number(conversation), Number(seq), text]),
        [
          [ROOM, 1, "old0"],
          [ROOM, 2, "old1"],
          [ROOM, 3, "new0"],
          [ROOM, 4, "late"],
          [OTHER, 1, "other"],
        ],
      );
      assert.deepEqual((await storage.heads(CHI)).get(OTHER), { seq: 1, floor: 0 });
    });

    it("numbers many older messages in batches, newest first, while new ones come in", async (t) => {
      const { server, storage, talk, run } = await fixture(t);
      await run(`INSERT INTO messages (conversation, sender, text, type) SELECT * FROM (
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
        SELECT ${ROOM}, ${BEN}, 'old' || i, 'TEXT' FROM n) AS made`);
      const numbered = async () => {
        const rows = await run(`SELECT e.seq, m.text FROM inbox_entries e JOIN messages m ON m.id = e.message
          ORDER BY e.seq`);
        return rows.map(({ seq, text }) => [Number(seq), text]);
      };
      await talk(1, "new");
      assert.deepEqual(await numbered(), [[1_201, "new0"]]);
      const ana = await Page.open(server, ANA);
      const history = await ana.ask({ action: "get_messages", conversation_id: ROOM, limit: 3 });
      assert.deepEqual([textsOf(history), history.has_more], [["old1199", "old1200", "new0"], true]);
      const found = await numbered();
      assert.deepEqual([found.length, found[0]], [501, [701, "old701"]], "no more than one batch");
      await talk(1, "newer");
      await storage.backfill([ROOM]);
      const all = Array.from({ length: 1_200 }, (_, index) => [index + 1, `old${index + 1}`]);
      assert.deepEqual(await numbered(), [...all, [1_201, "new0"], [1_202, "newer0"]]);
      assert.deepEqual((await storage.heads(ANA)).get(ROOM), { seq: 1_202, floor: 0 });
    });

    it("leaves what is missing if older messages were deleted before they got a number", async (t) => {
      const { server, storage, talk, run } = await fixture(t);
      await run(`INSERT INTO messages (conversation, sender, text, type) VALUES
        (${ROOM}, ${BEN}, 'old0', 'TEXT'), (${ROOM}, ${BEN}, 'old1', 'TEXT')`);
      await talk(1, "new");
      await run("DELETE FROM messages WHERE text = 'old0'");
      for (let times = 0; times < 2; times += 1) await storage.backfill([ROOM]);
      const ana = await Page.open(server, ANA);
      const answer = await sync(ana);
      assert.deepEqual([textsOf(answer), answer.floors], [["old1", "new0"], { 2: 1 }]);
      const history = await ana.ask({ action: "get_messages", conversation_id: ROOM });
      assert.deepEqual([textsOf(history), history.has_more], [["old1", "new0"], false]);
    });

    it("creates its tables again without effect", async (t) => {
      const { storage, another, talk } = await fixture(t);
      await talk(2);
      await Promise.all([storage.migrate(), another().migrate()]);
      assert.deepEqual((await storage.heads(ANA)).get(ROOM), { seq: 2, floor: 0 });
    });
  });
}

/** Makes the tables of the application. @param {string} id the type of the messages' key */
export const schema = (id) => `
  CREATE TABLE members (conversation BIGINT, member BIGINT);
  CREATE TABLE messages (id ${id}, conversation BIGINT, sender BIGINT, text TEXT, type TEXT);
  INSERT INTO members VALUES (${ROOM}, ${ANA}), (${ROOM}, ${BEN}), (${OTHER}, ${CHI});
`;

/** Makes the entries of messages that were deleted. @param {number} count @param {number} conversation */
export const entries = (count, conversation) => `
  INSERT INTO inbox_entries (conversation, seq, message)
  SELECT * FROM (
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    SELECT ${conversation}, i, ${conversation} * 1000000 + i FROM n
  ) AS made
`;

/** Fails, or returns nothing, for some texts. @param {{text: string}} draft @param {any} id */
export function created({ text }, id) {
  if (text === "fail") throw new Error("this application fails on purpose");
  return text === "return nothing" ? undefined : id;
}
