// The broker for Redis, on a real server.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { describe, it } from "node:test";
import { createClient } from "redis";

import { Server } from "inbox-socket/server";
import { MemoryStorage } from "inbox-socket/server/memory";
import { RedisBroker } from "inbox-socket/server/redis";
import { freePort } from "../support/free-port.mjs";
import { endWithThis } from "../support/process.mjs";
import { eventually } from "../support/queue.mjs";
import { Page, say } from "./page.mjs";

const skip = missing() && "Redis is not installed: `make tools-redis` installs it";

function missing() {
  try {
    execFileSync("redis-server", ["--version"]);
    return false;
  } catch {
    return true;
  }
}

/** Starts Redis without persistence. @param {string} port */
async function startRedis(port) {
  const args = ["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const child = spawn("redis-server", args, { cwd: tmpdir(), stdio: ["ignore", "pipe", "ignore"] });
  const end = endWithThis(() => child.kill("SIGKILL"));
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  await eventually("Redis accepts connections", () => output.includes("Ready to accept connections"));
  return async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    end();
  };
}

/** @param {import("node:test").TestContext} t @param {string} port */
async function newServer(t, port) {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, disableOfflineQueue: true });
  client.on("error", () => {});
  await client.connect();
  t.after(() => client.destroy());
  const broker = new RedisBroker(client);
  const storage = new MemoryStorage();
  storage.create(2, ["ana", "ben"]);
  /** @type {string[]} */
  const reports = [];
  const server = new Server({ storage, broker, onError: (what) => reports.push(what) });
  await server.start();
  t.after(() => server.stop());
  return { server, broker, reports };
}

describe("the broker over Redis", { skip }, () => {
  it("connects the pages of two processes, also after Redis was restarted", async (t) => {
    const port = await freePort();
    let stop = await startRedis(port);
    t.after(() => stop());
    const [here, there] = [await newServer(t, port), await newServer(t, port)];
    const [ana, ben] = [await Page.open(here.server, "ana"), await Page.open(there.server, "ben")];
    assert.equal((await ana.ask(say(2, "one", "c1"))).action, "ack");
    assert.equal((await ana.next()).message, "one");
    assert.equal((await ben.next()).message, "one");

    await stop();
    await eventually("the brokers notice", () => !here.broker.connected && !there.broker.connected);
    assert.throws(() => new Page(here.server, "ana"), { code: 1013 });
    assert.equal((await ana.ask(say(2, "two", "c2"))).action, "ack");
    assert.equal((await ana.next()).message, "two");
    await eventually("the failure is reported", () => here.reports.includes("publishing 1 events failed"));

    stop = await startRedis(port);
    await eventually("the brokers subscribe again", () => here.broker.connected && there.broker.connected);
    await eventually("events arrive again", async () => {
      here.server.publish([{ frame: { conversation_id: 2, seq: 3, message: "three" }, recipients: ["ben"] }]);
      return ben.received.waiting.some((text) => JSON.parse(text).message === "three");
    });
  });

  it("lets a server start while Redis is unreachable, and refuses sockets until it is there", async (t) => {
    const port = await freePort();
    const client = createClient({ url: `redis://127.0.0.1:${port}`, disableOfflineQueue: true });
    const broker = new RedisBroker(client);
    const storage = new MemoryStorage();
    const server = new Server({ storage, broker });
    await server.start();
    t.after(() => server.stop());
    assert.throws(() => new Page(server, "ana"), { code: 1013 });
    const stop = await startRedis(port);
    t.after(stop);
    await eventually("the broker subscribes", () => broker.connected);
    await Page.open(server, "ana");
  });
});

it("a client of another kind is rejected", () => {
  assert.throws(() => new RedisBroker(/** @type {any} */ ({})), /client must be a client of the `redis` package/);
});
