// The transport over real sockets.

import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { WebSocket, WebSocketServer } from "ws";

import { Server } from "inbox-socket/server";
import { MemoryStorage } from "inbox-socket/server/memory";
import { MAX_PAYLOAD, serve } from "inbox-socket/server/ws";
import { eventually, Queue } from "../support/queue.mjs";
import { gate, HELLO, say } from "./page.mjs";

const ROOM = 2;
const OUTSIDE = "https://app.example:8443";

/**
 * Serves conversation 2 of Ana and Ben; the query string is the user.
 *
 * @param {import("node:test").TestContext} t
 * @param {{server?: Partial<import("inbox-socket/server").ServerOptions>, serve?: object}} [options]
 */
async function start(t, options = {}) {
  const storage = new MemoryStorage();
  storage.create(ROOM, ["ana", "ben"]);
  const users = new Set(["ana", "ben"]);
  const server = new Server({ storage, onError() {}, ...options.server });
  const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1", maxPayload: MAX_PAYLOAD });
  serve(sockets, server, {
    path: "/ws/inbox/",
    allowedOrigins: [OUTSIDE],
    authenticate: async ({ url }) => {
      const user = String(url).split("?")[1];
      if (user === "fail") throw new Error("no database");
      return users.has(user) ? user : null;
    },
    ...options.serve,
  });
  await once(sockets, "listening");
  const host = `127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (sockets.address()).port}`;
  t.after(() => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  });
  /** @param {string} [user] @param {{origin?: string, path?: string}} [from] */
  const open = (user = "ana", { origin = `http://${host}`, path = "/ws/inbox/" } = {}) => {
    const socket = new WebSocket(`ws://${host}${path}?${user}`, { origin });
    t.after(() => socket.terminate());
    /** @type {Queue<any>} */
    const frames = new Queue("frames");
    socket.on("message", (data) => frames.push(JSON.parse(String(data))));
    socket.on("close", (code, reason) => frames.push({ closed: code, reason: String(reason) }));
    const opened = once(socket, "open");
    const ask = async (/** @type {object | string} */ frame) => {
      await opened;
      socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
      return frames.next();
    };
    return { socket, frames, ask, opened };
  };
  return { server, storage, users, sockets, open };
}

describe("a socket", () => {
  it("carries messages between users", async (t) => {
    const { open } = await start(t);
    const [ana, ben] = [open("ana"), open("ben")];
    for (const { ask } of [ana, ben]) assert.equal((await ask(HELLO)).action, "welcome");
    assert.equal((await ana.ask(say(ROOM, "a", "c1"))).action, "ack");
    assert.equal((await ben.frames.next()).message, "a");
  });

  it("answers the frames that it sends at once in their order", async (t) => {
    const { open } = await start(t);
    const { socket, ask, frames } = open();
    await ask(HELLO);
    for (let id = 0; id < 300; id += 1) socket.send(JSON.stringify({ action: "ping", id }));
    for (let id = 0; id < 300; id += 1) assert.equal((await frames.next()).id, id);
  });

  it("loses no frame that it sends before it is authenticated", async (t) => {
    let admit = () => {};
    const admitted = new Promise((resolve) => (admit = () => resolve("ana")));
    const { open } = await start(t, { serve: { authenticate: () => admitted } });
    const { socket, frames, opened } = open();
    await opened;
    socket.send(JSON.stringify(HELLO));
    socket.send(JSON.stringify({ action: "ping", id: 1 }));
    admit();
    assert.equal((await frames.next()).action, "welcome");
    assert.equal((await frames.next()).action, "pong");
  });

  it("has sent what it sends just before it closes", async (t) => {
    const { open, server, storage } = await start(t);
    const [ana, ben] = [open("ana"), open("ben")];
    for (const { ask } of [ana, ben]) await ask(HELLO);
    const held = gate(storage, "append");
    for (const text of ["a", "b", "c"]) ana.socket.send(JSON.stringify(say(ROOM, text)));
    ana.socket.close();
    await eventually("the server has noticed the close", () => server.size === 1);
    held.open();
    for (const text of ["a", "b", "c"]) assert.equal((await ben.frames.next()).message, text);
  });

  it("has sent what it sends before it is authenticated, even if it ends before", async (t) => {
    let admit = () => {};
    const admitted = new Promise((resolve) => (admit = () => resolve("ana")));
    const authenticate = (/** @type {any} */ { url }) => (url.endsWith("ben") ? "ben" : admitted);
    const { open, sockets } = await start(t, { serve: { authenticate } });
    const [ana, ben] = [open("ana"), open("ben")];
    await ben.ask(HELLO);
    await ana.opened;
    ana.socket.send(JSON.stringify(say(ROOM, "a")));
    await eventually("the server has received it", () => [...sockets.clients].some(({ isPaused }) => isPaused));
    // As when the connection fails: the pause would hide that it has ended.
    for (const socket of sockets.clients) if (socket.isPaused) socket.terminate();
    await eventually("the socket has ended", () => sockets.clients.size === 1);
    admit();
    assert.equal((await ben.frames.next()).message, "a");
  });

  it("gets one stored message for a client_id that two sockets send at the same time", async (t) => {
    const { open, storage } = await start(t);
    const pair = [open(), open()];
    for (const { ask } of pair) await ask(HELLO);
    const acks = await Promise.all(
      pair.map(async ({ ask, frames }) => {
        const frame = await ask(say(ROOM, "a", "c1"));
        return frame.action === "ack" ? frame : frames.next();
      }),
    );
    assert.deepEqual(acks[0], acks[1]);
    assert.equal(storage.messages.get(ROOM)?.length, 1);
  });

  it("gets too_large for a frame over 65,536 bytes, and 1009 for one over 1 MiB", async (t) => {
    const { open } = await start(t);
    const { ask, frames } = open();
    assert.equal((await ask(say(ROOM, "a".repeat(70_000), "c1"))).code, "too_large");
    assert.equal((await ask("a".repeat(MAX_PAYLOAD + 1))).closed, 1009);
    assert.ok(frames);
  });

  it("gets bad_frame for a binary frame", async (t) => {
    const { socket, opened, frames } = (await start(t)).open();
    await opened;
    socket.send(Buffer.from("{}"));
    assert.equal((await frames.next()).code, "bad_frame");
  });

  it("is closed with 1013 if it does not read, and delays no other", async (t) => {
    const { open, server } = await start(t, { server: { limits: { framesPerSecond: 1e6, framesBurst: 1e6 } } });
    const [slow, ana] = [open("ben"), open("ana")];
    for (const { ask } of [slow, ana]) await ask(HELLO);
    slow.socket.pause();
    // Until the buffers of the kernel and of the server are full.
    for (let count = 0; server.size === 2; count += 1) {
      assert.ok(count < 20_000, "the server keeps a socket that does not read");
      assert.equal((await ana.ask(say(ROOM, "a".repeat(4_000), `c${count}`))).action, "ack");
      await ana.frames.next();
    }
    assert.equal(server.size, 1);
  });
});

describe("a socket is closed", () => {
  for (const [what, code, user, from] of /** @type {[string, number, string, object?][]} */ ([
    ["without a login", 4401, "nobody"],
    ["from a page of another origin", 4403, "ana", { origin: "https://evil.example" }],
    ["from a page of another port", 4403, "ana", { origin: "http://127.0.0.1:1" }],
    ["on another path", 4404, "ana", { path: "/ws/other/" }],
    ["if the login can't be checked", 1013, "fail"],
  ])) {
    it(`${what} with ${code}`, async (t) => {
      const { open } = await start(t);
      assert.equal((await open(user, from).frames.next()).closed, code);
    });
  }

  it("with 1013 if the server can't answer hello", async (t) => {
    const { open, storage } = await start(t);
    storage.heads = () => Promise.reject(new Error());
    assert.equal((await open().ask(HELLO)).closed, 1013);
  });

  it("with 4401 when its login ends, by an event or by the regular check", async (t) => {
    const { open, server, users } = await start(t, { serve: { recheckMs: 50 } });
    const [ana, ben] = [open("ana"), open("ben")];
    for (const { ask } of [ana, ben]) await ask(HELLO);
    users.delete("ana");
    server.recheck(["ana"]);
    assert.equal((await ana.frames.next()).closed, 4401);
    users.delete("ben");
    assert.equal((await ben.frames.next()).closed, 4401);
  });

  it("with 4401 when its login ends while it opens", async (t) => {
    const logins = ["ana"];
    const authenticate = async () => {
      server.recheck(["ana"]);
      return logins.pop() ?? null;
    };
    const { server, open } = await start(t, { serve: { authenticate } });
    assert.equal((await open().frames.next()).closed, 4401);
  });

  it("with 1012 and a range for the reconnection when the server stops", async (t) => {
    const { open, server } = await start(t);
    const { ask, frames } = open();
    await ask(HELLO);
    await server.stop();
    assert.deepEqual(await frames.next(), { closed: 1012, reason: "retry_after=2000" });
  });

  it("if it does not answer a ping", async (t) => {
    const { open, server } = await start(t, { serve: { pingMs: 50 } });
    const { socket, ask, frames } = open();
    await ask(HELLO);
    socket.pong = () => {};
    socket.pause();
    while (server.size > 0) await new Promise(setImmediate);
    socket.resume();
    assert.equal((await frames.next()).closed, 1006);
  });
});

it("a page of a listed origin may connect", async (t) => {
  const { open } = await start(t);
  assert.equal((await open("ana", { origin: OUTSIDE }).ask(HELLO)).action, "welcome");
});

it("serve rejects options that it can't use", async () => {
  const sockets = /** @type {any} */ ({ on() {} });
  const server = new Server({ storage: new MemoryStorage() });
  const authenticate = () => null;
  const bad = /** @type {any} */ ("https://app.example");
  assert.throws(() => serve(sockets, server, { authenticate, allowedOrigins: bad }), /must be an array of origins/);
  const pathed = ["https://app.example/path"];
  assert.throws(() => serve(sockets, server, { authenticate, allowedOrigins: pathed }), /got \["https:.*path"\]/);
  assert.throws(
    () => serve(sockets, server, /** @type {any} */ ({})),
    /authenticate must be a function; got undefined/,
  );
});
