import { expect } from "../violation.js";

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
        const seqs = [];
        for (const message of texts) seqs.push((await world.write(socket, message)).seq);
        const reply = await world.sync(socket, { [world.conversation]: seqs[0] - 1 });
        const found = reply.messages.map(({ message }) => message);
        expect(String(found) === String(texts), "the three messages after the cursor", reply);
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
        for (let count = 0; count < 8; count++) await world.write(socket, "é".repeat(900) + world.text());
        let [cursor, cut] = [start, true];
        const seqs = [];
        while (cut) {
          const reply = await world.sync(socket, { [world.conversation]: cursor }, { bytes: 4096 });
          const before = cursor;
          for (const { seq } of reply.messages) {
            seqs.push(seq);
            cursor = Math.max(cursor, seq);
          }
          const size = Buffer.byteLength(JSON.stringify(reply));
          // The heads may take half of `bytes`; the messages still get the other half.
          const allowed = 4096 + Buffer.byteLength(JSON.stringify([reply.heads, reply.floors]));
          expect(size <= allowed || reply.messages.length === 1, "at most 4,096 bytes", { size });
          expect(!reply.has_more || cursor > before, "a cut batch that moves a cursor", reply);
          cut = reply.has_more;
        }
        const dense = seqs.length === 8 && seqs.every((seq, index) => seq === start + 1 + index);
        expect(dense, "all eight messages, each once and in order", seqs);
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
  ],
};

const isEmpty = (floors) => Object.keys(floors ?? {}).length === 0;
