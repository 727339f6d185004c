// The rule about a server that is killed while it stores messages.
//
// A server can break it in three moments: it loses what it has acknowledged, it forgets a `client_id` whose message it
// has stored but not acknowledged, or it counts on from a wrong number. The second moment lasts for a part of a
// millisecond, and no client can see when a server commits. So both users write without a pause until their connections
// end, which keeps the server in such a moment as often as possible, and the command begins at a different time of each
// round. After a kill, the messages that were stored without an `ack` are counted: these are the ones that hit the
// moment. The rounds end with the first hit.
//
// What this cannot show: that a server without a hit is right, or that data survive the loss of power (a killed process
// leaves its writes to the system). Therefore the result names the number of hits.

import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "../violation.js";
import { Writer } from "../writer.js";

/** How long each round writes before the command begins, in ms. */
const DELAYS = [0, 40, 90, 150, 20, 110, 70, 130];

/** No round begins later than this after the first, in ms: some servers take long to start. */
const MAX_DURATION = 10_000;

/** Messages in flight on each connection, one size after the other: large batches take longer to acknowledge. */
const GROUPS = [1, 32, 8];

/** @type {import("../checks.js").Check[]} */
export const inRestart = [
  {
    rule: "keeps its messages, their `client_id`s and its numbers when it is killed while it stores messages",
    level: "MUST",
    layer: 1,
    async run(world) {
      world.need("restart", "--restart COMMAND");
      const writers = [new Writer(world, "a"), new Writer(world, "b")];
      const start = (await world.say(await world.join("a"))).seq;
      let [kills, hits] = [0, 0];
      const end = Date.now() + MAX_DURATION;
      while (hits === 0 && kills < DELAYS.length && Date.now() < end) {
        await writeUntilKilled(world, writers, DELAYS[kills++]);
        const { messages } = await world.catchUp(await world.reopen("a"), start);
        hits = writers.flatMap((writer) => writer.unacknowledged.filter((frame) => isIn(messages, frame))).length;
        for (const writer of writers) await writer.sendAgain(await world.reopen(writer.user));
        await check(world, writers, start);
      }
      return `kills: ${kills}; messages stored without an \`ack\`: ${hits}`;
    },
  },
];

/** @param {import("../world.js").World} world @param {Writer[]} writers @param {number} delay */
async function writeUntilKilled(world, writers, delay) {
  const sockets = await Promise.all(writers.map(({ user }) => world.reopen(user)));
  const writing = writers.map((writer, index) => writer.writeOn(sockets[index], GROUPS));
  // Awaited below; a violation must not end the process before.
  for (const each of writing) each.catch(() => {});
  await sleep(delay);
  await world.restart(sockets);
  await Promise.all(writing);
}

/** @param {import("../world.js").World} world @param {Writer[]} writers @param {number} start */
async function check(world, writers, start) {
  const socket = await world.reopen("b");
  const { messages, floors } = await world.catchUp(socket, start);
  expect(floors.length === 0, `all messages after ${start}`, { floors });
  for (const { frames, acks } of writers) {
    let last = 0;
    for (const frame of frames) {
      const stored = messages.filter(({ message }) => message === frame.message);
      const ack = acks.get(frame.client_id);
      const isStored = stored.length === 1 && stored[0].seq === ack.seq && stored[0].message_id === ack.message_id;
      expect(isStored, `each message once, as its \`ack\` says: ${JSON.stringify(ack)}`, stored);
      expect(ack.seq > last, "the messages of a connection in their order", { seq: ack.seq, after: last });
      last = ack.seq;
    }
  }
}

/** @param {any[]} messages @param {any} frame */
const isIn = (messages, frame) => messages.some(({ message }) => message === frame.message);
