// The rules about a user who leaves a conversation and joins it again. Each check belongs to the section of its rule.

import { expect } from "../violation.js";
import { isError, isMessage } from "../world.js";

/** @typedef {import("../world.js").World} World */
/** @typedef {import("../checks.js").Check} Check */

/** @type {Check[]} */
export const inLayer0 = [
  {
    rule: "sends no message of a conversation to a user who has left it",
    level: "MUST",
    layer: 0,
    async run(world) {
      const [writer, gone] = [await world.open("a"), await world.open("b")];
      const { message } = await world.whileAway(() => world.sayPlainly(writer));
      const end = await world.sayPlainly(writer);
      // A later message shows that an earlier one does not come any more. Whether it must come is the next check's rule.
      const isEnd = (/** @type {any} */ frame) => isMessage(frame, end.message);
      await gone.next(isEnd, "the next message").catch(() => {});
      const stray = gone.received.find((frame) => isMessage(frame, message));
      expect(!stray, "no message that was sent while the user was away", stray);
    },
  },
  {
    rule: "sends new messages to a user who has joined again, on open connections as well",
    level: "MUST",
    layer: 0,
    async run(world) {
      const [writer, old] = [await world.open("a"), await world.open("b")];
      await world.whileAway(() => world.sayPlainly(writer));
      const fresh = await world.open("b");
      const { message } = await world.sayPlainly(writer);
      for (const socket of [old, fresh]) {
        await socket.next((frame) => isMessage(frame, message), "a message after the user has joined again");
      }
    },
  },
  {
    rule: "returns `not_found` to a user who has left, on open connections as well",
    level: "MUST",
    layer: 0,
    async run(world) {
      const [writer, old] = [await world.open("a"), await world.open("b")];
      const sent = world.message();
      await world.whileAway(async () => {
        for (const socket of [old, await world.open("b")]) {
          for (const frame of [sent, { action: "get_messages", conversation_id: world.conversation, id: world.id() }]) {
            const isReply = (/** @type {any} */ reply) =>
              reply?.code === "not_found" || reply?.action === "messages_response" || isMessage(reply, sent.message);
            const reply = await socket.request(frame, isReply, "an error `not_found`");
            expect(isError(reply), "an error `not_found`", reply);
          }
        }
      });
      await world.sayPlainly(writer);
      const stray = writer.received.find((frame) => isMessage(frame, sent.message));
      expect(!stray, "no message of a user who has left", stray);
    },
  },
];

/** @type {Check[]} */
export const inWelcome = [
  {
    rule: "omits a conversation from the heads of a user who has left it",
    level: "MUST",
    layer: 1,
    async run(world) {
      const old = await world.join("b");
      const away = await world.whileAway(async () => [await world.hello(old), (await world.join("b")).welcome]);
      for (const welcome of away) {
        expect(world.headOf(welcome) === undefined, "heads without the conversation", welcome);
      }
      const { welcome } = await world.join("b");
      expect(
        world.headOf(welcome) !== undefined,
        "a head for the conversation that the user has joined again",
        welcome,
      );
    },
  },
];

/** @type {Check[]} */
export const inSending = [
  {
    rule: "acknowledges a repeated `client_id` even if its sender has left",
    level: "MUST",
    layer: 1,
    async run(world) {
      const socket = await world.join("b");
      const client_id = world.id();
      const first = await world.say(socket, { client_id });
      await world.whileAway(async () => {
        const again = await world.say(socket, { client_id });
        const isSame = again.seq === first.seq && again.message_id === first.message_id;
        expect(isSame && again.conversation_id === first.conversation_id, "the first `ack`", again);
      });
    },
  },
];

/** @type {Check[]} */
export const inSync = [
  {
    rule: "omits a conversation that the user has left from `messages`, `heads` and `floors`",
    level: "MUST",
    layer: 1,
    async run(world) {
      const [writer, socket] = [await world.join("a"), await world.join("b")];
      const { seq } = await world.say(writer);
      await world.whileAway(async () => {
        await world.say(writer);
        const reply = await world.sync(socket, { [world.conversation]: seq - 1 });
        const own = reply.messages.filter(({ conversation_id }) => conversation_id === world.conversation);
        const isOmitted = own.length === 0 && world.headOf(reply) === undefined;
        const hasFloor = String(world.conversation) in (reply.floors ?? {});
        expect(isOmitted && !hasFloor && reply.has_more === false, "nothing of the conversation", reply);
      });
    },
  },
  {
    rule: "returns a floor or the messages to a user who has joined again, without a hole",
    level: "MUST",
    layer: 1,
    async run(world) {
      const [writer, old] = [await world.join("a"), await world.join("b")];
      const { seq } = await world.write(writer);
      await world.whileAway(async () => {
        for (let count = 0; count < 3; count++) await world.write(writer);
      });
      const last = await world.write(writer);
      for (const socket of [old, await world.join("b")]) {
        const { messages } = await world.catchUp(socket, seq);
        const found = messages.some((message) => message.seq === last.seq);
        expect(found, `the message ${last.seq}, written after the user has joined again`, messages);
      }
    },
  },
];

/** @type {Check[]} */
export const inPong = [
  {
    rule: "omits a conversation that the user has left from `total`",
    level: "MUST",
    layer: 1,
    async run(world) {
      await world.say(await world.join("a"));
      const socket = await world.join("b");
      const before = await world.ping(socket);
      const total = await world.whileAway(() => world.ping(socket));
      expect(total < before, `a \`total\` below ${before}, without the messages of the conversation`, { total });
    },
  },
];
