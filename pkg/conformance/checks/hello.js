import { expect } from "../violation.js";
import { isError } from "../world.js";
import { inWelcome } from "./membership.js";

/** Connections that begin while messages are written, because a wrong order of the server's steps shows by chance. */
const WATCHERS = 5;

/** @type {import("../checks.js").Section} */
export const hello = {
  title: "`hello` and `welcome`",
  anchor: "hello-and-welcome",
  checks: [
    {
      rule: "treats `sync` and `ping` as unknown before `hello`",
      level: "MUST",
      layer: 1,
      async run(world) {
        const socket = await world.open("a");
        for (const frame of [
          { action: "sync", after: {}, id: 1 },
          { action: "ping", id: 2 },
        ]) {
          socket.send(frame);
          const { code } = await socket.next((reply) => reply?.action !== undefined, "an error `unknown_action`");
          expect(code === "unknown_action", "an error `unknown_action`", code ?? socket.received.at(-1));
        }
      },
    },
    {
      rule: "replies to `hello` with a `welcome` of version 1, the user and the heads",
      level: "MUST",
      layer: 1,
      async run(world) {
        const [{ welcome }, other] = [await world.join("a"), await world.join("b")];
        expect(welcome.protocol === 1, "a `protocol` of 1", welcome);
        expect(["number", "string"].includes(typeof welcome.user_id), "a `user_id`", welcome);
        expect(welcome.user_id !== other.welcome.user_id, "another `user_id` for user B", welcome);
        const heads = Object.values(welcome.heads ?? {});
        const allNumbers = heads.length > 0 && heads.every((head) => Number.isSafeInteger(head) && head >= 0);
        expect(allNumbers && world.headOf(welcome) !== undefined, "a head for the shared conversation", welcome);
        const { outside } = world.options;
        expect(!(String(outside) in welcome.heads), `no head for ${outside}, a conversation of other users`, welcome);
      },
    },
    {
      rule: "replies to a second `hello` as well, with the present heads",
      level: "MUST",
      layer: 1,
      async run(world) {
        const socket = await world.join("a");
        const { seq } = await world.say(socket);
        const head = world.headOf(await world.hello(socket));
        expect(head >= seq, `a head of at least ${seq}`, head);
      },
    },
    {
      rule: "replies to a newer version with the highest that it supports",
      level: "MUST",
      layer: 1,
      async run(world) {
        const welcome = await world.hello(await world.open("a"), {}, 1000);
        expect(welcome.protocol >= 1 && welcome.protocol < 1000, "a `protocol` below 1000", welcome);
      },
    },
    {
      rule: "sends only messages with a `seq`, at or below the heads, before `welcome`, and all later ones after it",
      level: "MUST",
      layer: 1,
      async run(world) {
        const writer = await world.join("b");
        const watchers = [];
        for (let count = 0; count < WATCHERS; count++) watchers.push(await world.open("a"));
        const traffic = writeDuring(world, writer, () => Promise.all(watchers.map((each) => world.hello(each))));
        const { result: welcomes, last } = await traffic;
        for (const [index, watcher] of watchers.entries()) {
          const welcome = welcomes[index];
          const before = watcher.received.slice(0, watcher.received.indexOf(welcome));
          const headOf = (frame) => welcome.heads[String(frame.conversation_id)];
          const stray = before.find((frame) => frame.action !== undefined || !(frame.seq <= headOf(frame)));
          expect(!stray, "no other frame before `welcome`", stray);
          await watcher.next((frame) => frame?.action === undefined && frame.seq === last, "the newest message");
          const head = world.headOf(welcome);
          const seqs = watcher.received.map(({ seq }) => seq);
          const lost = Array.from({ length: last - head }, (_, n) => head + 1 + n).filter((seq) => !seqs.includes(seq));
          expect(lost.length === 0, `each message after the head ${head}`, { lost });
        }
      },
    },
    {
      rule: "returns heads that include every acknowledged message, and none that is not stored",
      level: "MUST",
      layer: 1,
      async run(world) {
        const { seq } = await world.say(await world.join("a"));
        const { welcome } = await world.join("b");
        const head = world.headOf(welcome);
        const { messages } = await world.history(await world.open("b"), { limit: 1 });
        const stored = messages.at(-1)?.seq;
        expect(head >= seq && head <= Math.max(seq, stored ?? 0), `a head of ${seq}`, { head, newest: stored });
      },
    },
    {
      rule: "replies to a `hello` with `welcome` even after many frames",
      level: "MUST",
      layer: 1,
      async run(world) {
        const [busy, late] = [await world.join("a"), await world.open("a")];
        for (let id = 0; id < 1000; id++) busy.send({ action: "ping", id });
        const replyTo = (id) => {
          const isReply = (frame) => frame?.id === id || (isError(frame) && frame.ref === id);
          return busy.next(isReply, "a reply to each `ping`");
        };
        // In steps, because a slow server takes longer than the time limit for all of them.
        for (let id = 99; id < 900; id += 100) await replyTo(id);
        late.send({ action: "hello", protocol: 1, cursors: {} });
        const reply = await late.next((frame) => isError(frame) || frame?.action === "welcome", "a `welcome`");
        expect(!isError(reply), "a `welcome`, not an error, however busy the user is", reply);
        await replyTo(999);
      },
    },
    ...inWelcome,
  ],
};

/**
 * Writes messages without a pause until `work` is done, and one more.
 *
 * @template T
 * @param {import("../world.js").World} world @param {import("../socket.js").Socket} socket @param {() => Promise<T>} work
 * @returns {Promise<{result: T, last: number}>} and the last message's `seq`
 */
async function writeDuring(world, socket, work) {
  let isDone = false;
  const write = async () => {
    while (!isDone) await world.say(socket);
  };
  const writing = [write(), write()];
  const result = await work().finally(() => (isDone = true));
  await Promise.all(writing);
  return { result, last: (await world.say(socket)).seq };
}
