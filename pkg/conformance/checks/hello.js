import { expect } from "../violation.js";
import { isError } from "../world.js";

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
        const { welcome } = await world.join("a");
        expect(welcome.protocol === 1, "a `protocol` of 1", welcome);
        expect(["number", "string"].includes(typeof welcome.user_id), "a `user_id`", welcome);
        const heads = Object.values(welcome.heads ?? {});
        const allNumbers = heads.length > 0 && heads.every((head) => Number.isSafeInteger(head) && head >= 0);
        expect(allNumbers && world.headOf(welcome) !== undefined, "a head for the shared conversation", welcome);
      },
    },
    {
      rule: "replies to a second `hello` as well",
      level: "MUST",
      layer: 1,
      run: async (world) => void (await world.hello(await world.join("a"))),
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
      rule: "sends only messages with a `seq`, at or below the heads, before `welcome`",
      level: "MUST",
      layer: 1,
      async run(world) {
        const [writer, watcher] = [await world.join("b"), await world.open("a")];
        const writes = Array.from({ length: 5 }, () => world.say(writer));
        const welcome = await world.hello(watcher);
        await Promise.all(writes);
        const before = watcher.received.slice(0, watcher.received.indexOf(welcome));
        const head = (frame) => welcome.heads[String(frame.conversation_id)];
        const stray = before.find((frame) => frame.action !== undefined || !(frame.seq <= head(frame)));
        expect(!stray, "no other frame before `welcome`", stray);
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
        late.send({ action: "hello", protocol: 1, cursors: {} });
        const reply = await late.next((frame) => isError(frame) || frame?.action === "welcome", "a `welcome`");
        expect(!isError(reply), "a `welcome`, not an error, however busy the user is", reply);
        const isLast = (frame) => frame?.id === 999 || (isError(frame) && frame.ref === 999);
        await busy.next(isLast, "a reply to the last `ping`");
      },
    },
  ],
};
