import { readFileSync } from "node:fs";

import { expect, Violation } from "../violation.js";
import { isAck, isError, isMessage } from "../world.js";

/** @type {{name: string, layer: 0 | 1, text: string, code: string}[]} */
const MALFORMED = JSON.parse(readFileSync(new URL("../malformed.json", import.meta.url), "utf8"));

const isLarge = ({ name }) => /2\^53|10\^20|400 digits/.test(name);
const isPoint = ({ name }) => /with a point/.test(name);

/** @type {import("../checks.js").Section} */
export const limits = {
  title: "Limits",
  anchor: "limits",
  checks: [
    {
      rule: "rejects each malformed frame of layer 0 with its code",
      level: "MUST",
      layer: 0,
      run: (world) => reject(world, (each) => each.layer === 0 && !isLarge(each) && !isPoint(each)),
    },
    {
      rule: "rejects each malformed frame of layer 1 with its code",
      level: "MUST",
      layer: 1,
      run: (world) => reject(world, (each) => each.layer === 1 && !isLarge(each)),
    },
    {
      rule: "rejects numbers above 2⁵³ − 1 with `bad_frame`",
      level: "MUST",
      layer: 0,
      run: (world) => reject(world, isLarge),
    },
    {
      rule: "rejects an id that is written with a decimal point",
      level: "SHOULD",
      layer: 0,
      run: (world) => reject(world, isPoint),
    },
    {
      rule: "accepts a message of 4,000 characters outside the Basic Multilingual Plane",
      level: "MUST",
      layer: 0,
      async run(world) {
        const text = world.text();
        await world.sayPlainly(await world.open("a"), { message: text + "🍰".repeat(4000 - text.length) });
      },
    },
    {
      rule: "accepts a `client_id` of 64 characters",
      level: "MUST",
      layer: 1,
      run: async (world) => void (await world.say(await world.join("a"), { client_id: world.id().padEnd(64, "x") })),
    },
    {
      rule: "rejects a frame above 65,536 bytes with `too_large`",
      level: "MUST",
      layer: 0,
      async run(world) {
        const socket = await world.open("a");
        // A short message, and less than 65,536 characters: only the bytes of the frame are above the limit.
        const frame = world.message({ extra: "é".repeat(40_000) });
        socket.send(frame);
        const isReply = (reply) => isError(reply) || isMessage(reply, frame.message);
        const error = await socket.next(isReply, "an error `too_large`");
        expect(error.code === "too_large", "an error `too_large`", error);
      },
    },
    {
      rule: "repeats the top-level `client_id` and `conversation_id` in `too_large`, not nested ones",
      level: "MUST",
      layer: 1,
      async run(world) {
        const socket = await world.join("a");
        const client_id = world.id();
        const decoy = { client_id: "nested", conversation_id: 0 };
        const message = `{"client_id":"text"} ${"x".repeat(70_000)}`;
        socket.send({ decoy, message, conversation_id: world.conversation, client_id });
        const error = await socket.next((frame) => isError(frame) || isAck(frame, client_id), "an error `too_large`");
        const names = error.ref === client_id && error.conversation_id === world.conversation;
        expect(names && error.code === "too_large", `\`too_large\` with the \`ref\` ${client_id}`, error);
      },
    },
    {
      rule: "closes the connection with 1009 after a frame above 1 MiB",
      level: "MUST",
      layer: 0,
      async run(world) {
        const socket = await world.open("a");
        socket.send(world.message({ message: "x".repeat(2 ** 20 + 1) }));
        const ended = await socket.closed();
        expect(ended.code === 1009, "a close with 1009", ended);
      },
    },
    {
      rule: "ends a `messages_response` at 65,536 bytes, with the newest messages and at least one",
      level: "MUST",
      layer: 0,
      async run(world) {
        const socket = await world.open("a");
        const texts = [];
        for (let count = 0; count < 6; count++) {
          texts.push((await world.sayPlainly(socket, { message: world.text() + "🍰".repeat(3900) })).message);
        }
        const reply = await world.history(socket, { limit: 6 });
        const size = socket.sizeOf(reply);
        expect(size <= 65_536, "at most 65,536 bytes as encoded", { size });
        const found = reply.messages.map(({ message }) => message);
        const newest = found.length > 0 && String(found) === String(texts.slice(-found.length));
        expect(newest, "the newest messages that fit", { messages: found.length, size });
        expect(reply.has_more !== false, "`has_more` not false, because there are older messages", { size });
      },
    },
  ],
};

/** Sends the malformed frames one at a time. @param {import("../world.js").World} world */
async function reject(world, isMeant) {
  const broken = [];
  for (const layer of [0, 1].filter((layer) => layer <= world.options.layer)) {
    const socket = layer === 0 ? await world.open("a") : await world.join("a");
    const meant = MALFORMED.filter((each) => isMeant(each) && each.layer === layer);
    // A server with layer 0 rejects every `hello`.
    for (const each of meant.filter(({ name }) => world.options.layer === 1 || !name.startsWith("hello"))) {
      const sent = each.text.replace(
        /"conversation_id":2(?=[,}])/,
        () => `"conversation_id":${JSON.stringify(world.conversation)}`,
      );
      socket.send(sent);
      const reply = await socket.next(isReply, `an error \`${each.code}\` for “${each.name}”`);
      if (!isError(reply) || !codesOf(each).includes(reply.code))
        broken.push({ name: each.name, expected: each.code, came: reply });
    }
  }
  if (broken.length > 0) {
    throw new Violation(
      `the code of each malformed frame; ${broken.length} differ: ${broken.map(({ name }) => name).join("; ")}`,
      broken.slice(0, 3),
    );
  }
}

/** Any frame but a message of an earlier check, which may arrive late. @param {any} frame */
const isReply = (frame) => !(frame?.action === undefined && String(frame?.message).startsWith("conformance "));

/** @param {{name: string, code: string}} example */
function codesOf({ name, code }) {
  // A parser without a limit of depth sees an array, and a server whose ids are strings may take "2" for one of them.
  if (name === "nesting without end") return [code, "bad_frame"];
  if (name === "conversation_id: a text") return [code, "not_found"];
  return [code];
}
