import { setTimeout as sleep } from "node:timers/promises";

import { expect, Skip } from "../violation.js";
import { isAck, isError, isMessage } from "../world.js";
import { inSending } from "./membership.js";

/** Messages that are sent in a row, and how many of them at most until the server reaches its limit. */
const BLOCK = 50;
const BURST = 1200;

/**
 * Frames without an effect that are sent before. If the server counts all frames, they bring it to its limit even if it
 * stores messages more slowly than the limit allows.
 */
const NOISE = 800;

/** Returns the stored messages with these texts after `seq`. */
async function stored(world, socket, seq, texts) {
  const { messages } = await world.sync(socket, { [world.conversation]: seq });
  return messages.filter(({ message }) => texts.includes(message));
}

/** @type {import("../checks.js").Section} */
export const sending = {
  title: "Sending",
  anchor: "sending",
  checks: [
    {
      rule: "acknowledges a message with its `conversation_id`, `message_id` and `seq`",
      level: "MUST",
      layer: 1,
      async run(world) {
        const ack = await world.say(await world.join("a"));
        expect(
          ack.conversation_id === world.conversation && ack.message_id !== undefined && Number.isSafeInteger(ack.seq),
          "an `ack` with `conversation_id`, `message_id` and `seq`",
          ack,
        );
      },
    },
    {
      rule: "stores a message before it sends the `ack`",
      level: "MUST",
      layer: 1,
      async run(world) {
        const [socket, other] = [await world.join("a"), await world.join("b")];
        const message = world.text();
        const { seq } = await world.say(socket, { message });
        const found = await stored(world, other, seq - 1, [message]);
        expect(found.length === 1, "the acknowledged message in a `sync_response`", found);
      },
    },
    {
      rule: "replies to a repeated `client_id` with the `ack` of the stored message",
      level: "MUST",
      layer: 1,
      async run(world) {
        const socket = await world.join("a");
        const client_id = world.id();
        const first = await world.say(socket, { client_id });
        const again = await world.say(socket, { client_id, message: world.text("another text") });
        const same = again.message_id === first.message_id && again.conversation_id === first.conversation_id;
        expect(same && again.seq === first.seq, `the first \`ack\`: ${JSON.stringify(first)}`, again);
      },
    },
    {
      rule: "stores a message once that arrives again on one connection",
      level: "MUST",
      layer: 1,
      async run(world) {
        const socket = await world.join("a");
        const [client_id, message] = [world.id(), world.text()];
        const { seq } = await world.say(socket, { client_id, message });
        socket.send(world.message({ client_id, message }));
        const end = await world.say(socket);
        const found = await stored(world, socket, seq - 1, [message]);
        expect(found.length <= 1 && end.seq > seq, "one stored message", found);
      },
    },
    {
      rule: "stores a message once that arrives on two connections in parallel",
      level: "MUST",
      layer: 1,
      async run(world) {
        const sockets = [await world.join("a"), await world.join("a")];
        for (let round = 0; round < 5; round++) {
          const [client_id, message] = [world.id(), world.text()];
          const acks = await Promise.all(sockets.map((socket) => world.say(socket, { client_id, message })));
          expect(acks[0].seq === acks[1].seq, "the same `ack` on both connections", acks);
          const found = await stored(world, sockets[0], acks[0].seq - 1, [message]);
          expect(found.length <= 1, "one stored message", found);
        }
      },
    },
    {
      rule: "acknowledges a repeated `client_id` even if the frame names another conversation",
      level: "MUST",
      layer: 1,
      async run(world) {
        const socket = await world.join("a");
        const client_id = world.id();
        const first = await world.say(socket, { client_id });
        const conversation_id = world.options.outside ?? world.missing;
        const again = await world.say(socket, { client_id, conversation_id });
        expect(again.seq === first.seq && again.conversation_id === first.conversation_id, "the first `ack`", again);
      },
    },
    {
      rule: "keeps equal `client_id`s of two users apart",
      level: "MUST",
      layer: 1,
      async run(world) {
        const client_id = world.id();
        const first = await world.say(await world.join("a"), { client_id });
        const other = await world.say(await world.join("b"), { client_id });
        expect(other.seq !== first.seq, "a message for each user", [first, other]);
      },
    },
    {
      rule: "does not broadcast a repeated message again",
      level: "MUST",
      layer: 1,
      async run(world) {
        const [socket, plain] = [await world.join("a"), await world.open("b")];
        const [client_id, message] = [world.id(), world.text()];
        await world.say(socket, { client_id, message });
        socket.send(world.message({ client_id, message }));
        const end = world.text();
        await world.say(socket, { message: end });
        await plain.next((frame) => isMessage(frame, end), "the next message is pushed");
        const pushes = plain.received.filter((frame) => isMessage(frame, message));
        expect(pushes.length === 1, "one push of the message", pushes);
      },
    },
    {
      rule: "rejects all later messages of a connection once it has rejected one with `rate_limited`, until that one arrives",
      level: "MUST",
      layer: 1,
      async run(world) {
        const socket = await world.join("a");
        const [frames, replies] = [/** @type {any[]} */ ([]), /** @type {any[]} */ ([])];
        const sendBlock = async () => {
          const block = Array.from({ length: BLOCK }, () => world.message({ client_id: world.id() }));
          for (const frame of block) socket.send(frame);
          for (const { client_id } of block) replies.push(await replyTo(socket, client_id));
          frames.push(...block);
        };
        for (let id = 0; id < NOISE; id++) socket.send({ action: "conformance", id });
        while (frames.length < BURST && !replies.some(isError)) await sendBlock();
        const first = replies.findIndex(isError);
        if (first < 0) throw new Skip(`the server accepts ${BURST} messages in a row`);
        await sendBlock();
        const overtaking = replies.slice(first).find((reply) => !isError(reply));
        expect(!overtaking, "no message overtakes a rejected one", overtaking);
        const { code, retry_after } = replies[first];
        expect(
          code === "rate_limited" && retry_after > 0 && retry_after <= 60_000,
          "`rate_limited` with a `retry_after` from 1 to 60,000 ms",
          replies[first],
        );
        const wait = await expectRejected(socket, frames.slice(first), retry_after);
        await resend(socket, frames.slice(first), wait);
      },
    },
    ...inSending,
  ],
};

/**
 * Sends the last rejected message after `retryAfter`, but before the first one. Returns the ms to wait.
 *
 * @param {import("../socket.js").Socket} socket @param {any[]} frames @param {number} retryAfter
 */
async function expectRejected(socket, frames, retryAfter) {
  if (frames.length === 1) return retryAfter;
  await sleep(retryAfter);
  const last = frames[frames.length - 1];
  socket.send(last);
  const reply = await replyTo(socket, last.client_id);
  expect(isError(reply), "a message is rejected until the first rejected one has arrived again", reply);
  return Math.max(1, reply.retry_after ?? 1);
}

/** Sends the rejected messages again, in order, as a client does. All must arrive, in order. */
async function resend(socket, frames, retryAfter) {
  let [last, wait] = [0, retryAfter];
  while (frames.length > 0) {
    await sleep(wait);
    const block = frames.slice(0, 50);
    for (const frame of block) socket.send(frame);
    const replies = [];
    for (const { client_id } of block) replies.push(await replyTo(socket, client_id));
    const accepted = replies.findIndex(isError) < 0 ? replies.length : replies.findIndex(isError);
    for (const { seq } of replies.slice(0, accepted)) {
      expect(seq > last, "the messages in their original order", { seq, after: last });
      last = seq;
    }
    const late = replies.slice(accepted).find((reply) => !isError(reply));
    expect(!late, "no message overtakes a rejected one", late);
    wait = Math.max(1, replies[accepted]?.retry_after ?? 1);
    frames = frames.slice(accepted);
  }
}

/** @param {import("../socket.js").Socket} socket @param {string} clientId */
function replyTo(socket, clientId) {
  const isReply = (frame) => isAck(frame, clientId) || (isError(frame) && frame.ref === clientId);
  return socket.next(isReply, "an `ack` or an error for each message");
}
