// Synchronization: batches, floors, cursors, with the storage in memory.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Server } from "inbox-socket/server";
import { MemoryStorage } from "inbox-socket/server/memory";
import { SYNC_BYTES_DEFAULT, SYNC_BYTES_MAX, size } from "../../pkg/server/protocol.js";
import { Page } from "./page.mjs";

const ROOM = 1;
const SECOND = 2;
const ELSEWHERE = 3;

/** Returns a storage that records its reads, and a page of Ana that asks for batches. */
async function fixture() {
  const storage = new MemoryStorage();
  storage.create(ROOM, ["ana", "ben"]);
  storage.create(SECOND, ["ana"]);
  storage.create(ELSEWHERE, ["chi"]);
  /** @type {import("inbox-socket/server").Cursor[][]} */
  const reads = [];
  const after = storage.after.bind(storage);
  storage.after = (userId, cursors, limit) => {
    reads.push(cursors);
    return after(userId, cursors, limit);
  };
  const ana = await Page.open(new Server({ storage, now: () => 0 }), "ana");
  /** @param {number} key @param {number} count @param {string} [text] */
  const talk = async (key, count, text = "a") => {
    const [userId] = await storage.participants(key);
    await storage.append(Array(count).fill({ userId, conversationId: key, text, type: "TEXT" }));
  };
  /** @param {Record<number, number>} cursors @param {number} [bytes] */
  const ask = (cursors, bytes = SYNC_BYTES_DEFAULT) => ana.ask({ action: "sync", after: cursors, id: "r1", bytes });
  return { storage, reads, talk, ask };
}

/** @param {any} answer */
const seqs = (answer) => answer.messages.map(({ conversation_id, seq }) => [conversation_id, seq]);

/** Requests batches until the last one, like a client; returns the size of each batch. */
async function catchUp(ask, cursors, bytes = SYNC_BYTES_DEFAULT) {
  const sizes = [];
  for (;;) {
    const answer = await ask(cursors, bytes);
    const before = JSON.stringify(cursors);
    Object.assign(cursors, answer.floors);
    for (const [key, seq] of seqs(answer)) {
      assert.equal(seq, cursors[key] + 1, "directly after the cursor or the floor");
      cursors[key] = seq;
    }
    sizes.push(answer.messages.length);
    if (!answer.has_more) return sizes;
    assert.notEqual(JSON.stringify(cursors), before, "a cut batch moves at least one cursor");
  }
}

describe("a batch", () => {
  it("has the messages after a cursor, oldest first", async () => {
    const { talk, ask } = await fixture();
    await talk(ROOM, 3);
    const answer = await ask({ [ROOM]: 1 });
    assert.deepEqual(seqs(answer), [
      [ROOM, 2],
      [ROOM, 3],
    ]);
    assert.deepEqual([answer.id, answer.has_more, answer.complete], ["r1", false, true]);
    assert.deepEqual([answer.heads, answer.floors], [{ 1: 3, 2: 0 }, {}]);
  });

  it("silently omits other users' conversations", async () => {
    const { talk, ask } = await fixture();
    await talk(ELSEWHERE, 1);
    const answer = await ask({ [ELSEWHERE]: 0, 404: 0 });
    assert.deepEqual([answer.messages, answer.floors, answer.complete], [[], {}, true]);
    assert.deepEqual(answer.heads, { 1: 0, 2: 0 });
  });

  it("has at most two hundred messages of all conversations", async () => {
    const { talk, ask } = await fixture();
    await talk(ROOM, 250);
    await talk(SECOND, 160);
    const cursors = { [ROOM]: 0, [SECOND]: 0 };
    assert.deepEqual(await catchUp(ask, cursors, SYNC_BYTES_MAX), [200, 200, 10]);
    assert.deepEqual(cursors, { [ROOM]: 250, [SECOND]: 160 });
  });

  for (const [text, most] of /** @type {[string, number][]} */ ([
    ["a".repeat(990), 40],
    ["😀".repeat(4_000), 5],
    ["\u0001".repeat(3_999), 4],
  ])) {
    it(`has at most 32,768 encoded bytes, or one message: ${JSON.stringify(text.slice(0, 2))}`, async () => {
      const { talk, ask } = await fixture();
      await talk(ROOM, 60, text);
      const answer = await ask({ [ROOM]: 0 });
      assert.ok(size(answer) <= 32_768);
      assert.ok(answer.messages.length >= 1 && answer.messages.length <= most);
      const sizes = await catchUp(ask, { [ROOM]: 0 });
      assert.equal(
        sizes.reduce((sum, count) => sum + count),
        60,
      );
    });
  }

  it("leaves half of its bytes for messages if there are many heads", async () => {
    const { storage, talk, ask } = await fixture();
    for (let key = 10; key < 210; key += 1) storage.create(key, ["ana"]);
    await talk(ROOM, 100, "a".repeat(50));
    const answer = await ask({ [ROOM]: 0 }, 1_024);
    assert.ok(size({ ...answer, messages: [] }) > 1_024);
    assert.ok(answer.messages.length > 1 && answer.messages.length < 100);
    assert.ok(answer.messages.reduce((sum, message) => sum + size(message) + 1, 0) <= 512);
  });

  it("takes one read, which names exactly its messages", async () => {
    const { reads, talk, ask } = await fixture();
    await talk(ROOM, 250);
    await talk(SECOND, 5);
    await ask({ [ROOM]: 10, [SECOND]: 4 });
    await ask({ [ROOM]: 100, [SECOND]: 4 });
    assert.deepEqual(reads, [
      [{ conversationId: ROOM, seq: 10, head: 210 }],
      [
        { conversationId: ROOM, seq: 100, head: 250 },
        { conversationId: SECOND, seq: 4, head: 5 },
      ],
    ]);
  });

  it("takes no read if no conversation is behind", async () => {
    const { reads, talk, ask } = await fixture();
    await talk(ROOM, 2);
    assert.deepEqual((await ask({ [ROOM]: 2, [SECOND]: 9 })).messages, []);
    assert.deepEqual(reads, []);
  });

  it("leaves messages committed after the heads were read to the broadcast", async () => {
    const { storage, talk, ask } = await fixture();
    await talk(ROOM, 2);
    const find = storage.after;
    storage.after = async (...args) => {
      await talk(ROOM, 1);
      return find(...args);
    };
    const answer = await ask({ [ROOM]: 0 });
    assert.deepEqual(seqs(answer), [
      [ROOM, 1],
      [ROOM, 2],
    ]);
    assert.deepEqual([answer.heads[ROOM], answer.has_more], [2, false]);
  });
});

describe("a floor", () => {
  it("is returned for a cursor older than the history", async () => {
    const { storage, talk, ask } = await fixture();
    await talk(ROOM, 10);
    storage.prune(ROOM, 3);
    const answer = await ask({ [ROOM]: 4 });
    assert.deepEqual(
      seqs(answer).map(([, seq]) => seq),
      [8, 9, 10],
    );
    assert.deepEqual([answer.floors, answer.complete, answer.has_more], [{ 1: 7 }, false, false]);
    for (const cursor of [7, 8, 10, 99]) {
      assert.deepEqual((await ask({ [ROOM]: cursor })).floors, {}, "not for a cursor within the history");
    }
  });

  it("is the head if nothing is left, however long the history was", async () => {
    const { storage, talk, ask } = await fixture();
    await talk(ROOM, 3_000);
    await talk(SECOND, 250);
    storage.prune(ROOM, 0);
    storage.prune(SECOND, 1);
    const answer = await ask({ [ROOM]: 0, [SECOND]: 0 });
    assert.deepEqual(answer.floors, { 1: 3_000, 2: 249 });
    assert.deepEqual([seqs(answer), answer.has_more], [[[SECOND, 250]], false]);
  });

  it("is returned at once for a conversation whose messages follow in a later batch", async () => {
    const { storage, talk, ask } = await fixture();
    await talk(ROOM, 500);
    await talk(SECOND, 500);
    storage.prune(ROOM, 300);
    storage.prune(SECOND, 2);
    const first = await ask({ [ROOM]: 0, [SECOND]: 0 }, SYNC_BYTES_MAX);
    assert.deepEqual([first.floors, first.messages.length, first.has_more], [{ 1: 200, 2: 498 }, 200, true]);
    const cursors = { [ROOM]: 0, [SECOND]: 0 };
    const sizes = await catchUp(ask, cursors);
    assert.equal(
      sizes.reduce((sum, count) => sum + count),
      302,
    );
    assert.deepEqual(cursors, { [ROOM]: 500, [SECOND]: 500 });
  });

  it("moves on by two hundred numbers if the storage does not find the first message", async () => {
    const { storage, talk, ask } = await fixture();
    await talk(ROOM, 500);
    await talk(SECOND, 10);
    storage.prune(ROOM, 50);
    for (const first of [
      new Map([[ROOM, 1]]),
      new Map([
        [ROOM, -5],
        [SECOND, 99],
      ]),
    ]) {
      storage.first = async () => first;
      const cursors = { [ROOM]: 0, [SECOND]: 10 };
      assert.deepEqual(await catchUp(ask, cursors), [0, 0, 50]);
      assert.deepEqual(cursors, { [ROOM]: 500, [SECOND]: 10 });
    }
  });

  it("takes two reads of at most two hundred numbers, however long the history was", async () => {
    const { storage, reads, talk, ask } = await fixture();
    await talk(ROOM, 3_000);
    storage.prune(ROOM, 1_000);
    assert.deepEqual((await ask({ [ROOM]: 5 }, SYNC_BYTES_MAX)).floors, { 1: 2_000 });
    assert.deepEqual(reads.flat().slice(0, 1), [{ conversationId: ROOM, seq: 5, head: 205 }]);
    assert.deepEqual(reads.flat().slice(-1), [{ conversationId: ROOM, seq: 2_000, head: 2_200 }]);
  });

  it("replaces a message deleted by hand", async () => {
    const { storage, talk, ask } = await fixture();
    await talk(ROOM, 6);
    storage.messages.get(ROOM)?.splice(3, 1);
    const first = await ask({ [ROOM]: 1 });
    assert.deepEqual(
      [seqs(first), first.has_more, first.floors],
      [
        [
          [ROOM, 2],
          [ROOM, 3],
        ],
        true,
        {},
      ],
    );
    const second = await ask({ [ROOM]: 3 });
    assert.deepEqual(
      [seqs(second), second.has_more, second.floors],
      [
        [
          [ROOM, 5],
          [ROOM, 6],
        ],
        false,
        { 1: 4 },
      ],
    );
  });

  it("is the head at which a user joined again", async () => {
    const { storage, talk, ask } = await fixture();
    await talk(ROOM, 2);
    storage.leave(ROOM, "ana");
    await talk(ROOM, 3);
    storage.join(ROOM, "ana");
    await talk(ROOM, 1);
    const answer = await ask({ [ROOM]: 2 });
    assert.deepEqual([answer.floors, seqs(answer)], [{ 1: 5 }, [[ROOM, 6]]]);
  });
});
