// The ids found in frames that were rejected without parsing.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { outline } from "../../pkg/server/outline.js";

const ENDLESS = "[".repeat(30_000) + "]".repeat(30_000);

describe("the outline of a frame", () => {
  it("has the ids beside a long value", () => {
    for (const text of [
      '{"conversation_id":2,"client_id":"c1","extra":%s}',
      '{"extra":%s,"conversation_id":2,"client_id":"c1"}',
      ' { "extra" : %s , "client_id" : "c1" , "conversation_id" : 2 } ',
      '{"conversation_id":2,"extra":%s,"more":[%s],"client_id":"c1"}',
    ]) {
      for (const extra of [ENDLESS, `"${"x".repeat(1_000_000)}"`, `[1${",1".repeat(9_999)}]`]) {
        const { conversation_id, client_id } = outline(text.replaceAll("%s", extra));
        assert.deepEqual([conversation_id, client_id], [2, "c1"], text);
      }
    }
  });

  it("ignores ids in strings, nested values and incomplete objects", () => {
    for (const text of [
      '{"message":"{\\"client_id\\":\\"c1\\"}","extra":%s}',
      '{"message":"\\",\\"client_id\\":\\"c1","extra":%s}',
      '{"extra":%s,"nested":{"client_id":"c1"}}',
      '{"extra":[%s,{"client_id":"c1"}]}',
      '[{"client_id":"c1"},%s]',
      '"client_id"',
      '{"client_id":"c1","extra":%s',
      '{"client_id":"c1","extra":"%s}',
      '{"client_id":"c1","extra":%s]}',
      "",
    ]) {
      assert.equal(outline(text.replace("%s", ENDLESS)).client_id, undefined, text);
    }
  });

  it("has all members of a complete object", () => {
    const frame = { a: 1, 'b"': 'x\\"{', c: [], d: { e: [{}] }, f: null, ü: "]" };
    const flat = { ...frame, c: null, d: null };
    assert.deepEqual(outline(JSON.stringify(frame)), flat);
    assert.deepEqual(outline(JSON.stringify(frame, null, 1)), flat);
  });

  it("is empty if the text has too many tokens", () => {
    for (const part of ["[],", '"",', '"\\"', "{", '"a":1,']) {
      assert.deepEqual(outline(`{"client_id":"c1","extra":[${part.repeat(300_000)}`), {}, part);
    }
  });
});
