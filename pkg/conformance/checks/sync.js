import { expect } from "../violation.js";
import { Writer } from "../writer.js";
import { inSync } from "./membership.js";

/** @type {import("../checks.js").Section} */
export const sync = {
  title: "`sync`",
  anchor: "sync",
  checks: [
    {
      rule: "returns the messages directly after a cursor, oldest first",
      level: "MUST",
      layer: 1,
      async run(world) {
        const socket = await world.join("a");
        const texts = [world.text(), world.text(), world.text()];
        const acks = [];
        for (const message of texts) acks.push(await world.write(socket, message));
        const reply = await world.sync(socket, { [world.conversation]: acks[0].seq - 1 });
        const found = reply.messages.map(({ message }) => message);
        expect(String(found) === String(texts), "the three messages after the cursor", reply);
        const named = reply.messages.map(({ seq, message_id }) => [seq, message_id]);
        const expected = acks.map(({ seq, message_id }) => [seq, message_id]);
        expect(JSON.stringify(named) === JSON.stringify(expected), "`seq` and `message_id` as in the `ack`s", named);
        const complete = reply.complete === true && reply.has_more === false && isEmpty(reply.floors);
        expect(complete, "`complete` true, `has_more` false, and no floors", { ...reply, messages: found.length });
      },
    },
    {
      rule: "returns no message above `heads`, and `heads` with every conversation of the user",
      level: "MUST",
      layer: 1,
      async run(world) {
        const [socket, writer] = [await world.join("a"), await world.join("b")];
        const { seq } = await world.say(writer);
        const writes = Array.from({ length: 5 }, () => world.say(writer));
        const reply = await world.sync(socket, { [world.conversation]: seq - 1 });
        await Promise.all(writes);
        const above = reply.messages.find((message) => !(message.seq <= world.headOf(reply)));
        expect(!above, "no message above its head", { above, heads: reply.heads });
        const missing = Object.keys(socket.welcome.heads).filter((id) => !(id in reply.heads));
        expect(missing.length === 0, "all conversations of the `welcome`", { missing });
      },
    },
    {
      rule: "ends a batch at `bytes`, with at least one message; the batches together are complete",
      level: "MUST",
      layer: 1,
      async run(world) {
        const socket = await world.join("a");
        const start = (await world.write(socket)).seq;
        for (let count = 0; count < 12; count++) await world.write(socket, "é".repeat(300) + world.text());
        let [cursor, cut] = [start, true];
        const seqs = [];
        while (cut) {
          const reply = await world.sync(socket, { [world.conversation]: cursor }, { bytes: 4096 });
          const before = cursor;
          for (const { seq } of reply.messages) {
            seqs.push(seq);
            cursor = Math.max(cursor, seq);
          }
          expectSize(socket, reply, 4096);
          expect(!reply.has_more || cursor > before, "a cut batch that moves a cursor", reply);
          cut = reply.has_more;
        }
        const dense = seqs.length === 12 && seqs.every((seq, index) => seq === start + 1 + index);
        expect(dense, "all twelve messages, each once and in order", seqs);
      },
    },
    {
      rule: "reports a floor for each conversation whose history does not reach back to the cursor",
      level: "MUST",
      layer: 1,
      async run(world) {
        const socket = await world.join("a");
        const id = String(world.conversation);
        const reply = await world.sync(socket, { [id]: 0 }, { bytes: 1024 });
        const floor = reply.floors?.[id] ?? 0;
        const first = reply.messages.find((message) => String(message.conversation_id) === id);
        expect(!first || first.seq === floor + 1, `a first message directly after the floor ${floor}`, reply);
        expect(reply.complete === isEmpty(reply.floors), "`complete` false exactly if there are floors", reply);
        await world.catchUp(socket, 0);
      },
    },
    {
      rule: "returns nothing for a cursor above the head, and omits unknown conversations",
      level: "MUST",
      layer: 1,
      async run(world) {
        const socket = await world.join("a");
        const after = { [world.conversation]: Number.MAX_SAFE_INTEGER, 999999999: 3, "a-text-as-an-id": 5 };
        const reply = await world.sync(socket, after);
        const nothing = reply.messages.length === 0 && reply.has_more === false;
        expect(nothing && !("a-text-as-an-id" in reply.heads), "an empty batch", reply);
        const none = await world.sync(socket, {});
        expect(none.messages.length === 0 && none.has_more === false, "an empty batch", none);
      },
    },
    {
      rule: "ends a batch at 200 messages, and at 32,768 bytes if the frame has no `bytes`",
      level: "MUST",
      layer: 1,
      async run(world) {
        const [socket, other] = [await world.join("a"), await world.join("b")];
        const { floors = {}, heads } = await world.sync(socket, { [world.conversation]: 0 }, { bytes: 1024 });
        const [id, enough] = [String(world.conversation), 220];
        const cursor = Math.max(floors[id] ?? 0, heads[id] - enough);
        await new Writer(world, "b").write(other, Math.max(0, enough - (heads[id] - cursor)));
        const large = await world.sync(socket, { [world.conversation]: cursor }, { bytes: 262_144 });
        expect(large.messages.length <= 200, "at most 200 messages", large.messages.length);
        expectSize(socket, await world.sync(socket, { [world.conversation]: cursor }), 32_768);
      },
    },
    ...inSync,
  ],
};

/**
 * A batch may exceed `bytes` by one long message, or if the heads and floors take more than half of it.
 *
 * @param {import("../socket.js").Socket} socket @param {any} reply @param {number} bytes
 */
function expectSize(socket, reply, bytes) {
  const size = socket.sizeOf(reply);
  const around = Buffer.byteLength(JSON.stringify([reply.heads, reply.floors]));
  const allowed = around < bytes / 2 - 200 ? bytes : bytes + around;
  expect(size <= allowed || reply.messages.length === 1, `at most ${bytes} bytes as encoded`, { size });
}

const isEmpty = (floors) => Object.keys(floors ?? {}).length === 0;
