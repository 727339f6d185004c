// The parser: the requests in valid frames, and the errors for invalid ones.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { decode, errorFrame, MAX_FRAME_BYTES, MAX_TEXT_CHARS, parse, Refused } from "../../pkg/server/protocol.js";

/** @param {string | null} text */
function refusal(text) {
  try {
    parse(decode(text), 0);
  } catch (error) {
    assert.ok(error instanceof Refused, String(error));
    return error.code;
  }
  throw new assert.AssertionError({ message: `accepted: ${text}` });
}

/** @param {any} frame @param {number} [layer] */
const read = (frame, layer = 0) => parse(decode(JSON.stringify(frame)), layer);

describe("a request", () => {
  it("is a message with a conversation, a text and a type", () => {
    const { conversationId, text, type } = /** @type {any} */ (
      read({ conversation_id: 2, message: "Hello", type: "IMAGE" })
    );
    assert.deepEqual([conversationId, text, type], [2, "Hello", "IMAGE"]);
    assert.equal(/** @type {any} */ (read({ conversation_id: 2, message: "Hello" })).type, "TEXT");
  });

  it("asks for the history by page", () => {
    const newest = { kind: "get_messages", conversationId: 2, before: undefined, limit: 50 };
    assert.deepEqual(read({ action: "get_messages", conversation_id: 2 }), newest);
    const older = { action: "get_messages", conversation_id: 2, before: 9, limit: 100 };
    assert.deepEqual(read(older), { ...newest, before: 9, limit: 100 });
  });

  it("has a client_id on layer 1 only", () => {
    const frame = { conversation_id: 2, message: "Hello", client_id: "0198" };
    assert.deepEqual(
      [0, 1].map((layer) => /** @type {any} */ (read(frame, layer)).clientId),
      [undefined, "0198"],
    );
  });

  it("skips cursors of ids that are not canonical integers", () => {
    const names = ["0", "2", "02", "+2", " 2", "-1", "2.0", "\u0662", "a text", "", "9".repeat(16), "__proto__"];
    const after = Object.fromEntries(names.map((name) => [name, 5]));
    const { after: cursors } = /** @type {any} */ (read({ action: "sync", id: "r1", after }, 1));
    assert.deepEqual(
      [...cursors],
      [
        [0, 5],
        [2, 5],
      ],
    );
  });

  it("selects the lower of the two versions", () => {
    for (const protocol of [1, 2, 99]) {
      assert.deepEqual(read({ action: "hello", protocol, cursors: {} }), { kind: "hello", protocol: 1 });
    }
  });
});

describe("a frame is rejected", () => {
  const cases = {
    bad_json: ["", "{", "nonsense", "'a'", "[1,]", '{"conversation_id":02,"message":"a"}'],
    bad_frame: [
      ...["null", "7", '"a"', "[]", '[{"conversation_id":1}]', null],
      ...['"2"', "2.0", "2e0", "true", "null", "-1", "[2]", "{}", "9007199254740992", "100000000000000000000"].map(
        (value) => `{"conversation_id":${value},"message":"a"}`,
      ),
      ...["0", "101", "true", "1.5", "5.0", "null", '"5"'].map(
        (value) => `{"action":"get_messages","conversation_id":1,"limit":${value}}`,
      ),
      ...['""', '"  \\n "', "7", "null", "{}", '"\\u0000"', '"\\udc00"'].map(
        (value) => `{"conversation_id":1,"message":${value}}`,
      ),
      ...['""', '"text"', '"A-B"', '"1A"', "1", "null", '"TEXT\\n"', `"${"A".repeat(17)}"`].map(
        (value) => `{"conversation_id":1,"message":"a","type":${value}}`,
      ),
    ],
    unknown_action: ['"goodbye"', '"sync"', '"ping"', '"GET_MESSAGES"', "null", "1"].map(
      (value) => `{"action":${value}}`,
    ),
  };
  for (const [code, texts] of Object.entries(cases)) {
    for (const text of texts) it(`as ${code}: ${text}`, () => assert.equal(refusal(text), code));
  }

  it("as too_large over the limit of characters, which counts code points", () => {
    const longest = "😀".repeat(MAX_TEXT_CHARS);
    assert.equal(/** @type {any} */ (read({ conversation_id: 1, message: longest })).text, longest);
    assert.equal(refusal(JSON.stringify({ conversation_id: 1, message: `${longest}a` })), "too_large");
  });

  it("as too_large over the limit of bytes", () => {
    const padding = "x".repeat(MAX_FRAME_BYTES - Buffer.byteLength('{"é":""}'));
    assert.ok(decode(`{"é":"${padding}"}`));
    assert.equal(refusal(`{"é":"${padding}x"}`), "too_large");
  });
});

describe("numbers that the protocol doesn't have", () => {
  it("are accepted in a text and in unknown members", () => {
    const text = '{"conversation_id":2,"message":"1.5 \\" 2.0e3","price":[1.5,-2.0E+3],"a":{"b":0.1}}';
    assert.equal(/** @type {any} */ (parse(decode(text), 0)).text, '1.5 " 2.0e3');
  });
});

describe("an error", () => {
  it("repeats the ids of the frame, and prefers the client_id as its ref", () => {
    const refused = new Refused("rate_limited", "too many", 20);
    assert.deepEqual(errorFrame(refused, { id: "r2", client_id: "c1", conversation_id: 2 }), {
      action: "error",
      code: "rate_limited",
      detail: "too many",
      ref: "c1",
      conversation_id: 2,
      retry_after: 20,
    });
  });

  it("does not repeat malformed ids", () => {
    for (const ref of [true, 1.5, [], {}, "\ud800", "x".repeat(65), 1e20]) {
      const error = errorFrame(new Refused("bad_frame", "no"), { id: ref, conversation_id: ref });
      assert.deepEqual(error, { action: "error", code: "bad_frame", detail: "no", ref: null });
    }
  });
});

describe("with string ids", () => {
  /** @type {import("inbox-socket/server").Ids} */
  const ids = { conversation: "string", message: "string" };

  it("every id and key is a string", () => {
    const frame = { action: "get_messages", conversation_id: "2", before: "9" };
    assert.deepEqual(parse(frame, 0, ids), { kind: "get_messages", conversationId: "2", before: "9", limit: 50 });
    const sync = { action: "sync", id: 1, after: { 2: 5, "02": 6, "a text": 7, "": 8 } };
    const { after } = /** @type {any} */ (parse(sync, 1, ids));
    assert.deepEqual(Object.fromEntries(after), { 2: 5, "02": 6, "a text": 7 });
    assert.equal(errorFrame(new Refused("not_found", "no"), { conversation_id: "r-2" }, ids).conversation_id, "r-2");
  });

  it("other ids are bad frames", () => {
    for (const value of [2, null, true, "", "x".repeat(129), "a\0", "\ud800"]) {
      const frame = { conversation_id: value, message: "a" };
      assert.throws(() => parse(frame, 0, ids), /conversation_id must be a string of 1 to 128 characters/);
    }
  });
});
