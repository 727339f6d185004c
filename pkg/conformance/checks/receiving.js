import { expect } from "../violation.js";
import { isMessage } from "../world.js";

/** @type {import("../checks.js").Section} */
export const receiving = {
  title: "Receiving",
  anchor: "receiving",
  checks: [
    {
      rule: "assigns consecutive `seq`s while two users write on several connections",
      level: "MUST",
      layer: 1,
      async run(world) {
        const sockets = [await world.join("a"), await world.join("a"), await world.join("b"), await world.join("b")];
        const writes = sockets.flatMap((socket) => Array.from({ length: 5 }, () => world.say(socket)));
        const seqs = (await Promise.all(writes)).map(({ seq }) => seq).sort((one, other) => one - other);
        const dense = seqs.every((seq, index) => seq === seqs[0] + index);
        expect(dense, `${seqs.length} consecutive numbers`, seqs);
      },
    },
    {
      rule: "pushes a message with the `seq` and the `message_id` of its `ack`",
      level: "MUST",
      layer: 1,
      async run(world) {
        const [socket, other] = [await world.join("a"), await world.join("b")];
        const message = world.text();
        const ack = await world.say(socket, { message });
        for (const each of [socket, other]) {
          const push = await each.next((frame) => isMessage(frame, message), "the message is pushed");
          expect(push.seq === ack.seq && push.message_id === ack.message_id, JSON.stringify(ack), push);
        }
      },
    },
    {
      rule: "keeps its messages, their `client_id`s and its numbers in a restart",
      level: "MUST",
      layer: 1,
      async run(world) {
        const restart = world.need("restart", "--restart COMMAND");
        const socket = await world.join("a");
        const frames = Array.from({ length: 20 }, () => world.message({ client_id: world.id() }));
        const before = await world.say(socket);
        for (const frame of frames) socket.send(frame);
        await restart(); // some are committed without an `ack`
        const next = await world.reopen("a");
        const acks = [];
        for (const frame of frames) acks.push(await world.say(next, frame));
        const texts = frames.map(({ message }) => message);
        const { messages } = await world.sync(next, { [world.conversation]: before.seq }, { bytes: 262_144 });
        const found = messages.map(({ message }) => message).filter((text) => texts.includes(text));
        expect(found.length === texts.length && new Set(found).size === found.length, "each message once", found);
        const lowest = Math.min(...acks.map(({ seq }) => seq));
        expect(lowest > before.seq, `each \`seq\` above ${before.seq}`, lowest);
      },
    },
  ],
};
