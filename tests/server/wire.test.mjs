// The server's replies, compared with the protocol's examples.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Server } from "inbox-socket/server";
import { MemoryStorage } from "inbox-socket/server/memory";
import { FROM_CLIENT, FROM_SERVER, MALFORMED, shape } from "./examples.mjs";
import { HELLO, Page, say } from "./page.mjs";

const SYNC = { action: "sync", after: { 2: 57 }, id: "r2" };
const ANA = 456;

/** The conversations in the examples: Ana takes part in 2 and 7, but not in 9. */
async function filled() {
  const storage = new MemoryStorage();
  for (const [key, users, count] of /** @type {[number, number[], number][]} */ ([
    [2, [ANA, 457], 60],
    [7, [ANA], 12],
    [9, [458], 3],
  ])) {
    storage.create(key, users);
    await storage.append(Array(count).fill({ userId: users[0], conversationId: key, text: "a", type: "TEXT" }));
  }
  return storage;
}

/** @param {MemoryStorage} storage @param {Partial<import("inbox-socket/server").ServerOptions>} [options] */
const pageOf = (storage, options) => new Page(new Server({ storage, now: () => 0, onError() {}, ...options }), ANA);

describe("the reply to each client frame has the shape of its example", () => {
  for (const { name, layer, frame, answer } of FROM_CLIENT) {
    it(name, async () => {
      const ana = pageOf(await filled());
      if (layer === 1 && frame.action !== "hello") await ana.hello();
      const reply = await ana.ask(frame);
      assert.deepEqual(shape(reply), shape(FROM_SERVER.get(answer)));
      assert.equal(reply.code, FROM_SERVER.get(answer).code);
    });
  }
});

describe("malformed frames", () => {
  for (const layer of [0, 1]) {
    it(`return their code and store nothing on layer ${layer}`, async () => {
      const storage = await filled();
      const ana = pageOf(storage);
      if (layer === 1) await ana.hello();
      // V8 parses any depth that fits into a frame, so that such a frame only fails for its other faults.
      for (const { name, text, code } of MALFORMED.filter((example) => example.layer === layer)) {
        const error = await ana.ask(text);
        assert.deepEqual([error.action, error.code], ["error", code], name);
      }
      assert.equal((await ana.ask(say(2, "still here"))).seq, 61);
      assert.equal([...storage.messages.values()].flat().length, 60 + 12 + 3 + 1);
    });
  }
});

/** Server frames that no example of the client asks for. @type {Record<string, (storage: MemoryStorage) => Promise<any>>} */
const MADE_HERE = {
  "welcome that asks for no heartbeat": (storage) => pageOf(storage, { heartbeat: 0 }).ask(HELLO),
  "sync_response, cut": async (storage) =>
    (await pageOf(storage).hello()).ask({ ...SYNC, after: { 2: 0 }, bytes: 1_024 }),
  "sync_response with a floor": async (storage) => {
    storage.prune(2, 1);
    return (await pageOf(storage).hello()).ask(SYNC);
  },
  "sync_response where nothing is left": async (storage) => {
    storage.prune(2, 0);
    return (await pageOf(storage).hello()).ask(SYNC);
  },
  "messages_response, empty": (storage) =>
    pageOf(storage).ask({ action: "get_messages", conversation_id: 2, before: 0 }),
  "error bad_json": (storage) => pageOf(storage).ask("{"),
  "error bad_frame": (storage) => pageOf(storage).ask({ conversation_id: 2, message: 7, id: "r1" }),
  "error unknown_action": (storage) => pageOf(storage).ask({ action: "goodbye", id: 7 }),
  "error too_large": (storage) => pageOf(storage).ask(say(2, "a".repeat(4_001), "c")),
  "error rate_limited": async (storage) => {
    const ana = pageOf(storage, { limits: { framesPerSecond: 1, framesBurst: 1 } });
    await ana.hello();
    return ana.ask(say(2, "b", "c2"));
  },
  "error internal": async (storage) => {
    const ana = await pageOf(storage).hello();
    storage.append = () => Promise.reject(new Error("lost"));
    return ana.ask(say(2, "a", "c1"));
  },
};

describe("each server frame has the shape of its example", () => {
  for (const [name, make] of Object.entries(MADE_HERE)) {
    it(name, async () => {
      const frame = await make(await filled());
      const example = FROM_SERVER.get(name);
      assert.deepEqual(shape(frame), shape(example));
      for (const flag of ["code", "has_more", "complete"]) assert.equal(frame[flag], example[flag], flag);
    });
  }

  it("and no example is left out", () => {
    const made = new Set([...FROM_CLIENT.map(({ answer }) => answer), ...Object.keys(MADE_HERE)]);
    assert.deepEqual(made, new Set(FROM_SERVER.keys()));
  });
});

describe("a frame that is too large", () => {
  it("gets an error with its ids", async () => {
    for (const extra of [`"${"x".repeat(65_536)}"`, "[".repeat(90_000) + "]".repeat(90_000)]) {
      const text = `{"conversation_id":2,"message":"a","extra":${extra},"client_id":"c1"}`;
      const { code, ref, conversation_id } = await pageOf(await filled()).ask(text);
      assert.deepEqual([code, ref, conversation_id], ["too_large", "c1", 2]);
    }
  });
});

it("a deeply nested member that the protocol doesn't have is ignored", async () => {
  const text = `{"conversation_id":2,"message":"a","extra":${"[".repeat(9_000)}${"]".repeat(9_000)}}`;
  assert.equal((await pageOf(await filled()).ask(text)).seq, 61);
});

it("a binary frame is a bad frame", async () => {
  assert.equal((await pageOf(await filled()).ask(null)).code, "bad_frame");
});

it("a pushed message begins with its conversation and seq", async () => {
  const ana = await pageOf(await filled()).hello();
  void ana.send(say(2, "Grüße", "c1"));
  await ana.next();
  const text = await ana.received.next();
  assert.match(text, /^\{"conversation_id":2,"seq":61,"message":"Grüße",/);
});
