import { expect } from "../violation.js";
import { isMessage } from "../world.js";
import { Writer } from "../writer.js";
import { inRestart } from "./restart.js";

/** @type {import("../checks.js").Section} */
export const receiving = {
  title: "Receiving",
  anchor: "receiving",
  checks: [
    {
      rule: "assigns consecutive `seq`s while two users write on several connections, ascending on each",
      level: "MUST",
      layer: 1,
      async run(world) {
        const writers = /** @type {const} */ (["a", "a", "b", "b"]).map((user) => new Writer(world, user));
        const sockets = [];
        for (const { user } of writers) sockets.push(await world.join(user));
        await Promise.all(writers.map((writer, index) => writer.write(sockets[index], 5)));
        const own = writers.map((writer) => writer.frames.map(({ client_id }) => writer.acks.get(client_id).seq));
        const isAscending = own.every((seqs) => seqs.every((seq, index) => index === 0 || seq > seqs[index - 1]));
        expect(isAscending, "the messages of each connection in the order of sending", own);
        const seqs = own.flat().sort((one, other) => one - other);
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
    ...inRestart,
  ],
};
