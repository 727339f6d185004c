import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { listNeeds, wires, writeTable } from "./table.mjs";

const MEMBERS = [
  ...["ack", "conversationId", "history", "incoming", "isMessage", "join", "leave", "message", "onOpen", "outgoing"],
  ...["reconnect", "ref", "resend"],
];

describe("the table of wires", () => {
  it("agrees with the fixtures; `npm run wires` writes it", async () => {
    const written = await readFile(new URL("table.md", import.meta.url), "utf8");
    // Compared by line, because the difference of the two whole texts would be unreadable.
    assert.deepEqual(written.split("\n"), writeTable().split("\n"));
  });

  it("names each application once", () => {
    assert.equal(new Set(wires.map(({ application }) => application)).size, wires.length);
  });

  it("uses every member of an adapter but two, which none of these applications needs", () => {
    const used = new Set(wires.flatMap(listNeeds));
    assert.deepEqual(
      MEMBERS.filter((member) => !used.has(member)),
      ["reconnect", "ref"],
    );
  });
});
