// Each kind of trouble must have exactly the effect that its name says.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";

import { CountingLine } from "../support/counting-line.mjs";
import { Line } from "../support/line.mjs";
import { Queue, eventually } from "../support/queue.mjs";

describe("a line", () => {
  it("forwards data and the end of the stream both ways", async (t) => {
    const { visitor, host } = await open(t);
    visitor.socket.end("up");
    assert.equal(await host.reads(2), "up");
    await host.ended;
    host.socket.end("down");
    assert.equal(await visitor.reads(4), "down");
    await visitor.ended;
  });

  it("ends both sides when it is cut", async (t) => {
    for (const how of /** @type {const} */ (["FIN", "RST"])) {
      const { line, visitor, host } = await open(t);
      line.cut(how);
      const ends = await Promise.all([visitor, host].map((one) => Promise.race([one.ended, one.failed])));
      assert.deepEqual(ends, how === "FIN" ? ["end", "end"] : ["ECONNRESET", "ECONNRESET"]);
    }
  });

  it("still forwards one way while the other stalls, and forwards the rest in order afterwards", async (t) => {
    const { line, visitor, host } = await open(t);
    line.stall("up");
    visitor.socket.write("1");
    host.socket.write("down");
    assert.equal(await visitor.reads(4), "down");
    visitor.socket.write("2");
    assert.equal(host.read, "");
    await line.mend();
    assert.equal(await host.reads(2), "12");
  });

  it("loses only the server's side when it is half open", async (t) => {
    const { line, visitor, host } = await open(t);
    line.halfOpen();
    assert.equal(await host.failed, "ECONNRESET");
    visitor.socket.write("is anybody there?");
    const { visitor: next, host: nextHost } = await open(t, line);
    next.socket.write("new ones work");
    assert.equal(await nextHost.reads(13), "new ones work");
    assert.equal(visitor.socket.readyState, "open");
  });

  it("accepts connections and never answers while it is dark", async (t) => {
    const { line, visitor } = await open(t);
    line.goDark();
    const stranger = new End(await dial(line));
    stranger.socket.write("hello");
    // The system has accepted the connection; the line learns of it in the next turn of the event loop.
    await setImmediate();
    await line.mend();
    const { visitor: next, host } = await open(t, line);
    next.socket.write("hello");
    assert.equal(await host.reads(5), "hello");
    for (const { socket } of [visitor, stranger]) assert.equal(socket.readyState, "open");
  });

  it("ends its connections when it refuses, and listens at the same port once mended", async (t) => {
    const { line, visitor } = await open(t);
    line.refuse();
    assert.equal(await visitor.failed, "ECONNRESET");
    await assert.rejects(dial(line), { code: "ECONNREFUSED" });
    await line.mend();
    const { visitor: next, host } = await open(t, line);
    next.socket.write("again");
    assert.equal(await host.reads(5), "again");
  });

  it("delivers the same data when it splits, delays or limits", async (t) => {
    const text = "0123456789".repeat(200);
    for (const worsen of [(line) => line.split(), (line) => line.delay(50), (line) => line.limit(160_000)]) {
      const { line, visitor, host } = await open(t);
      worsen(line);
      visitor.socket.write(text);
      assert.equal(await host.reads(text.length), text);
    }
  });

  it("connects to its servers in turn, and resets a connection whose server is down", async (t) => {
    const { server, line } = await open(t);
    const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
    const unused = createServer().listen(0, "127.0.0.1");
    await once(unused, "listening");
    const { port: dead } = /** @type {import("node:net").AddressInfo} */ (unused.address());
    unused.close();
    line.stop();
    const both = new Line(port, dead);
    t.after(() => both.stop());
    await both.start().then((origin) => addresses.set(both, origin));
    await open(t, both, server);
    assert.equal(await new End(await dial(both)).failed, "ECONNRESET");
  });
});

describe("a line that counts", () => {
  it("counts a WebSocket as closed when either side has closed it", async (t) => {
    for (const close of [
      (/** @type {CountingLine} */ line) => line.halfOpen(),
      (/** @type {CountingLine} */ line) => line.cut("RST"),
      (/** @type {CountingLine} */ _, /** @type {End} */ visitor) => visitor.socket.resetAndDestroy(),
    ]) {
      const { server } = await open(t);
      const line = new CountingLine(/** @type {import("node:net").AddressInfo} */ (server.address()).port);
      t.after(() => line.stop());
      addresses.set(line, await line.start());
      const { visitor, host } = await open(t, line, server);
      const request = "GET /ws/ HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
      visitor.socket.write(request);
      await host.reads(request.length);
      assert.deepEqual(line.webSockets, [{ path: "/ws/", isOpen: true }]);
      close(line, visitor);
      await eventually("it is closed", () => line.webSockets.every(({ isOpen }) => !isOpen));
    }
  });
});

/** One end of a connection, and the data that it has received. */
class End {
  read = "";
  /** @type {Queue<undefined>} */
  #arrived = new Queue("data");

  /** @param {import("node:net").Socket} socket */
  constructor(socket) {
    this.socket = socket;
    this.ended = once(socket, "end").then(
      () => "end",
      () => "error",
    );
    /** @type {Promise<string>} */
    this.failed = new Promise((resolve) => socket.on("error", (error) => resolve(/** @type {any} */ (error).code)));
    socket.on("data", (data) => {
      this.read += data;
      this.#arrived.push(undefined);
    });
  }

  /** Waits until `length` characters have arrived, and returns everything read. @param {number} length */
  async reads(length) {
    while (this.read.length < length) await this.#arrived.next();
    return this.read;
  }
}

/** @type {Map<Line, string>} */
const addresses = new Map();

/** @type {Map<Line, import("node:net").Server>} */
const servers = new Map();

/**
 * Opens a connection through a line, by default a new one.
 *
 * @param {import("node:test").TestContext} t
 * @param {Line} [line]
 * @param {import("node:net").Server} [server]
 */
async function open(t, line, server = line && servers.get(line)) {
  if (!server) {
    server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server?.close());
  }
  if (!line) {
    line = new Line(/** @type {import("node:net").AddressInfo} */ (server.address()).port);
    addresses.set(line, await line.start());
    t.after(() => line?.stop());
  }
  servers.set(line, server);
  const accepted = once(server, "connection");
  const visitor = new End(await dial(line));
  const [socket] = await accepted;
  t.after(() => [visitor.socket, socket].forEach((socket) => socket.destroy()));
  return { line, server, visitor, host: new End(socket) };
}

/** @param {Line} line */
async function dial(line) {
  const { port } = new URL(addresses.get(line) ?? "");
  const socket = connect({ port: Number(port), host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}
