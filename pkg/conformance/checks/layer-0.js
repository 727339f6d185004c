import { expect } from "../violation.js";
import { isError, isMessage } from "../world.js";
import { inLayer0 } from "./membership.js";

/** @type {import("../checks.js").Section} */
export const layer0 = {
  title: "Layer 0",
  anchor: "layer-0",
  checks: [
    {
      rule: "sends a message to both users and to the sender's other connections, once to each",
      level: "MUST",
      layer: 0,
      async run(world) {
        const sockets = [await world.open("a"), await world.open("a"), await world.open("b")];
        const { message } = await world.sayPlainly(sockets[0]);
        for (const socket of sockets.slice(1)) {
          await socket.next((frame) => isMessage(frame, message), "the message is pushed to every participant");
        }
        const end = await world.sayPlainly(sockets[0]);
        for (const socket of sockets.slice(1)) {
          await socket.next((frame) => isMessage(frame, end.message), "the next message is pushed");
        }
        const counts = sockets.map(({ received }) => received.filter((frame) => isMessage(frame, message)).length);
        expect(
          counts.every((count) => count === 1),
          "each connection receives the message once",
          { counts },
        );
      },
    },
    {
      rule: "pushes a message with its `conversation_id`, text and `type`; the default `type` is `TEXT`",
      level: "MUST",
      layer: 0,
      async run(world) {
        const frame = await world.sayPlainly(await world.open("a"), { type: undefined });
        expect(
          frame.conversation_id === world.conversation && frame.type === "TEXT",
          `\`conversation_id\` ${JSON.stringify(world.conversation)} and \`type\` "TEXT"`,
          frame,
        );
      },
    },
    {
      rule: "ignores members that it does not know, and `client_id` before `hello`",
      level: "MUST",
      layer: 0,
      async run(world) {
        const socket = await world.open("a");
        await world.sayPlainly(socket, { colour: "red", client_id: ["ignored"] });
        const client_id = world.id();
        for (let count = 0; count < 2; count++) await world.sayPlainly(socket, { client_id });
        const ack = socket.received.find((frame) => frame?.action === "ack");
        expect(!ack, "no `ack` before `hello`", ack);
      },
    },
    {
      rule: "replies to `get_messages` with the newest messages, oldest first",
      level: "MUST",
      layer: 0,
      async run(world) {
        const socket = await world.open("a");
        const texts = [(await world.sayPlainly(socket)).message, (await world.sayPlainly(socket)).message];
        const { conversation_id, messages } = await world.history(socket);
        expect(conversation_id === world.conversation, "the `conversation_id` of the request", conversation_id);
        const last = messages.slice(-2).map(({ message }) => message);
        expect(String(last) === String(texts), "the last two messages, oldest first", messages.slice(-2));
      },
    },
    {
      rule: "returns at most `limit` messages, and older ones than `before`",
      level: "MUST",
      layer: 0,
      async run(world) {
        const socket = await world.open("a");
        const older = await world.sayPlainly(socket);
        await world.sayPlainly(socket);
        const newest = await world.history(socket, { limit: 1 });
        expect(newest.messages.length === 1, "one message for a `limit` of 1", newest);
        const before = newest.messages[0].message_id;
        expect(before !== undefined, "a `message_id`, which a page uses as `before`", newest.messages[0]);
        const page = await world.history(socket, { limit: 1, before });
        expect(isMessage(page.messages[0], older.message), "the message before that one", page);
        expect(newest.has_more !== false, "`has_more` not false, because there are older messages", newest);
      },
    },
    {
      rule: "sends a `messages_response` only to the connection that requested it",
      level: "MUST",
      layer: 0,
      async run(world) {
        const [asker, tab, other] = [await world.open("a"), await world.open("a"), await world.open("b")];
        await world.history(asker);
        const { message } = await world.sayPlainly(asker);
        for (const socket of [tab, other]) {
          await socket.next((frame) => isMessage(frame, message), "the next message is pushed");
          const stray = socket.received.find((frame) => frame?.action === "messages_response");
          expect(!stray, "no `messages_response` on another connection", stray);
        }
      },
    },
    {
      rule: "returns `not_found` for a conversation of other users, as for one that does not exist",
      level: "MUST",
      layer: 0,
      async run(world) {
        const conversation_id = world.need("outside");
        const socket = await world.open("a");
        for (const frame of [world.message(), { action: "get_messages", id: world.id() }]) {
          const details = [];
          for (const id of [conversation_id, world.missing]) {
            socket.send({ ...frame, conversation_id: id });
            const error = await socket.next(isError, "an error `not_found`");
            expect(error.code === "not_found", "an error `not_found`", error);
            details.push(error.detail);
          }
          expect(details[0] === details[1], "the same error as for a conversation that does not exist", details);
        }
      },
    },
    {
      rule: "repeats the `id` of a rejected frame as `ref`, and its `conversation_id`",
      level: "MUST",
      layer: 0,
      async run(world) {
        const socket = await world.open("a");
        const frame = { action: "conformance", conversation_id: world.conversation, id: world.id() };
        socket.send(frame);
        const error = await socket.next(isError, "an error");
        expect(
          error.code === "unknown_action" && error.ref === frame.id && error.conversation_id === frame.conversation_id,
          "`unknown_action` with the frame's `id` as `ref`, and its `conversation_id`",
          error,
        );
        socket.send({ action: "conformance" });
        const { ref } = await socket.next(isError, "an error");
        expect(ref === null, "a `ref` of null for a frame without an `id`", ref);
      },
    },
    {
      rule: "keeps the connection open after an error",
      level: "MUST",
      layer: 0,
      async run(world) {
        const socket = await world.open("a");
        for (const text of ["{", '{"action":"conformance"}']) {
          socket.send(text);
          await socket.next(isError, "an error");
        }
        await world.history(socket);
      },
    },
    ...inLayer0,
  ],
};
