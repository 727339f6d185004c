// The server's behaviour towards pages, brokers and a storage that fails.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Closed, MemoryBroker, Server } from "inbox-socket/server";
import { MemoryStorage } from "inbox-socket/server/memory";
import { gate, HELLO, Page, say } from "./page.mjs";

const ROOM = 2;

function memory() {
  const storage = new MemoryStorage();
  storage.create(ROOM, ["ana", "ben"]);
  storage.create(9, ["chi"]);
  return storage;
}

/** Returns a server, its storage, and what it reports. @param {Partial<import("inbox-socket/server").ServerOptions>} [options] */
function fixture(options = {}) {
  const storage = memory();
  /** @type {string[]} */
  const reports = [];
  const onError = (what, error) => reports.push(error ? `${what}: ${error.name}` : what);
  return { storage, reports, server: new Server({ storage, onError, ...options }) };
}

/** @param {MemoryStorage} storage */
const texts = (storage) => storage.messages.get(ROOM)?.map(({ message }) => message);

describe("a message", () => {
  it("is acknowledged to its sender and then pushed to everyone", async () => {
    const { server } = fixture();
    const [ana, ben] = [await Page.open(server, "ana"), await Page.open(server, "ben")];
    const ack = await ana.ask(say(ROOM, "a", "c1"));
    const heard = await ana.next();
    const { message_id } = heard;
    assert.deepEqual(ack, { action: "ack", client_id: "c1", conversation_id: ROOM, message_id, seq: 1 });
    assert.deepEqual(await ben.next(), heard);
  });

  it("that is sent again is stored and pushed once, even if the sender has left", async () => {
    const { server, storage } = fixture();
    const [ana, ben] = [await Page.open(server, "ana"), await Page.open(server, "ben")];
    const first = await ana.ask(say(ROOM, "a", "c1"));
    await ana.next();
    assert.deepEqual(await ana.ask(say(9, "something else", "c1")), first);
    storage.leave(ROOM, "ana");
    assert.deepEqual(await ana.ask(say(ROOM, "a", "c1")), first);
    assert.equal((await ana.ask(say(ROOM, "b", "c2"))).code, "not_found");
    assert.equal((await ben.next()).seq, 1);
    await ben.nothingMore();
  });

  it("to a missing conversation gets the same error as one to other users", async () => {
    const { server } = fixture();
    const ana = await Page.open(server, "ana");
    for (const frame of [say(ROOM, "a", "c1"), { action: "get_messages" }]) {
      const other = await ana.ask({ ...frame, conversation_id: 9 });
      const missing = await ana.ask({ ...frame, conversation_id: 404 });
      assert.equal(other.code, "not_found");
      assert.deepEqual(missing, { ...other, conversation_id: 404 });
    }
  });

  it("shares one append with those that wait at the same time", async () => {
    const { server, storage } = fixture();
    const { entered, open } = gate(storage, "append");
    const append = storage.append;
    /** @type {number[]} */
    const sizes = [];
    storage.append = (drafts) => {
      sizes.push(drafts.length);
      return append(drafts);
    };
    const pages = await Promise.all(Array.from({ length: 6 }, () => Page.open(server, "ana")));
    const sent = [pages[0].send(say(ROOM, "0", "c0"))];
    await entered;
    pages.slice(1).forEach((page, index) => sent.push(page.send(say(ROOM, String(index + 1), `c${index + 1}`))));
    await new Promise(setImmediate); // each page's message waits for the batch
    open();
    await Promise.all(sent);
    assert.deepEqual(sizes, [1, 5]);
    assert.deepEqual(texts(storage), [..."012345"]);
  });

  it("that fails delays no other of its batch, and appears in no report", async () => {
    const { server, storage, reports } = fixture();
    const { entered, open } = gate(storage, "append");
    const append = storage.append;
    storage.append = async (drafts) => {
      if (drafts.some(({ text }) => text === "secret")) throw new RangeError("the row 'secret'");
      return append(drafts);
    };
    const pages = await Promise.all(["0", "1", "secret", "2"].map(() => Page.open(server, "ana")));
    const sent = [pages[0].send(say(ROOM, "0", "c0"))];
    await entered;
    ["1", "secret", "2"].forEach((text, index) => sent.push(pages[index + 1].send(say(ROOM, text, `c${index + 1}`))));
    await new Promise(setImmediate);
    open();
    await Promise.all(sent);
    assert.deepEqual(texts(storage), ["0", "1", "2"]);
    const frames = [];
    for (let count = 0; count < 4; count += 1) frames.push(await pages[2].next());
    const [{ code, ref, retry_after }] = frames.filter(({ action }) => action === "error");
    assert.deepEqual([code, ref, retry_after], ["internal", "c2", 1_000]);
    assert.deepEqual(reports, ["processing a frame failed: RangeError"]);
  });

  it("of a storage that returns nothing gets internal, and is not stored again", async () => {
    for (const outcomes of [undefined, [], [undefined], [{}], [{ frame: { conversation_id: ROOM, seq: 1 } }]]) {
      const { server, storage, reports } = fixture();
      let calls = 0;
      storage.append = async () => {
        calls += 1;
        return /** @type {any} */ (outcomes);
      };
      const ana = await Page.open(server, "ana");
      assert.equal((await ana.ask(say(ROOM, "a", "c1"))).code, "internal");
      assert.deepEqual([calls, reports], [1, ["processing a frame failed: TypeError"]]);
    }
  });

  it("is pushed even if its sender disconnects before the ack", async () => {
    const { server, storage } = fixture();
    const { entered, open } = gate(storage, "append");
    const [ana, ben] = [await Page.open(server, "ana"), await Page.open(server, "ben")];
    void ana.send(say(ROOM, "a", "c1"));
    await entered;
    ana.connection.closed();
    open();
    assert.equal((await ben.next()).message, "a");
  });

  it("does not overtake one that failed", async () => {
    const { server, storage } = fixture();
    const ana = await Page.open(server, "ana");
    const { append } = storage;
    storage.append = () => Promise.reject(new Error());
    assert.equal((await ana.ask(say(ROOM, "a", "c1"))).code, "internal");
    storage.append = append;
    assert.equal((await ana.ask(say(ROOM, "b", "c2"))).code, "rate_limited");
    assert.equal((await ana.ask(say(ROOM, "a", "c1"))).seq, 1);
    assert.equal((await ana.next()).message, "a");
    assert.equal((await ana.ask(say(ROOM, "b", "c2"))).seq, 2);
  });

  it("that looks different to a user is pushed in two versions", async () => {
    const { server } = fixture();
    const [ana, ben] = [await Page.open(server, "ana"), await Page.open(server, "ben")];
    const frame = { conversation_id: ROOM, seq: 1, message: "a", type: "TEXT" };
    server.publish([{ frame, recipients: ["ana", "ben"], views: new Map([["ben", { ...frame, liked: true }]]) }]);
    assert.deepEqual(await ana.next(), frame);
    assert.deepEqual(await ben.next(), { ...frame, liked: true });
  });

  it("that is not JSON is acknowledged and not pushed", async () => {
    const { server, storage, reports } = fixture();
    const append = storage.append.bind(storage);
    storage.append = async (drafts) =>
      (await append(drafts)).map((stored) => ({ ...stored, frame: { .../** @type {any} */ (stored).frame, x: 1n } }));
    const ana = await Page.open(server, "ana");
    assert.equal((await ana.ask(say(ROOM, "a", "c1"))).action, "ack");
    await ana.nothingMore();
    assert.deepEqual(reports, ["conversation 2: message 1 is not JSON: TypeError"]);
  });
});

describe("a conversation that is locked", () => {
  /** Returns a server whose storage never finishes a batch with a message `locked` until `unlock()`. */
  function locked(writers = 2) {
    const storage = memory();
    storage.create(3, ["ana", "ben"]);
    storage.create(4, ["chi"]);
    const append = storage.append.bind(storage);
    let unlock = () => {};
    const unlocked = new Promise((resolve) => (unlock = () => resolve(undefined)));
    storage.append = async (drafts) => {
      if (drafts.some(({ text }) => text === "locked")) await unlocked;
      return append(drafts);
    };
    return { server: new Server({ storage: Object.assign(storage, { writers }) }), storage, unlock };
  }

  it("delays no message of another conversation and sender", async () => {
    const { server, storage, unlock } = locked();
    const [ana, chi] = [await Page.open(server, "ana"), await Page.open(server, "chi")];
    const waiting = ana.send(say(ROOM, "locked", "c1"));
    for (const seq of [1, 2, 3]) {
      assert.equal((await chi.ask(say(4, "a", `c${seq}`))).seq, seq);
      await chi.next();
    }
    assert.deepEqual(texts(storage), []);
    unlock();
    await waiting;
    assert.deepEqual(texts(storage), ["locked"]);
  });

  it("delays the later messages of that conversation and of its senders, which stay in order", async () => {
    const { server, storage, unlock } = locked();
    const pages = Object.fromEntries(
      await Promise.all(["ana", "ben", "chi"].map(async (name) => [name, await Page.open(server, name)])),
    );
    const other = await Page.open(server, "ana");
    const sent = [
      pages.ana.send(say(ROOM, "locked", "c1")),
      pages.ben.send(say(ROOM, "second", "c1")),
      other.send(say(3, "third", "c2")),
    ];
    assert.equal((await pages.chi.ask(say(4, "a", "c1"))).action, "ack");
    assert.deepEqual([texts(storage), storage.messages.get(3)], [[], []]);
    unlock();
    await Promise.all(sent);
    assert.deepEqual(texts(storage), ["locked", "second"]);
    assert.equal(storage.messages.get(3)?.length, 1);
  });

  it("delays all messages if the storage has one writer", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { server, storage, unlock } = locked(1);
    const [ana, chi] = [await Page.open(server, "ana"), await Page.open(server, "chi")];
    void ana.send(say(ROOM, "locked", "c1"));
    const waiting = chi.send(say(4, "a", "c1"));
    t.mock.timers.tick(1_000); // a second writer would start now
    await new Promise(setImmediate);
    assert.deepEqual(storage.messages.get(4), []);
    unlock();
    await waiting;
    assert.equal(storage.messages.get(4)?.length, 1);
  });
});

describe("frames of one connection", () => {
  it("are answered in their order, even if they arrive at once", async () => {
    const { server } = fixture();
    const ana = await Page.open(server, "ana");
    for (const text of ["a", "b", "c"]) void ana.send(say(ROOM, text, text));
    void ana.send({ action: "ping", id: 1 });
    const replies = [];
    while (replies.length < 4) {
      const frame = await ana.next();
      if (frame.action) replies.push(frame.client_id ?? frame.total);
    }
    assert.deepEqual(replies, ["a", "b", "c", 3]);
  });

  it("share one rate limit with the user's other sockets", async () => {
    const { server } = fixture({ limits: { framesPerSecond: 1, framesBurst: 3 }, now: () => 0 });
    const [one, other, ben] = [new Page(server, "ana"), new Page(server, "ana"), new Page(server, "ben")];
    for (const page of [one, other, one]) assert.equal((await page.ask({})).code, "bad_frame");
    assert.equal((await other.ask(say(ROOM, "a"))).code, "rate_limited");
    assert.equal((await ben.ask(say(ROOM, "a"))).message, "a");
  });
});

describe("a page that leaves", () => {
  for (const hello of [[], [HELLO]]) {
    it(`at once has sent what was received before, on layer ${hello.length}`, async () => {
      const { server } = fixture();
      const [ana, ben] = [new Page(server, "ana"), await Page.open(server, "ben")];
      for (const frame of [...hello, say(ROOM, "a", "c1"), say(ROOM, "b", "c2")]) void ana.send(frame);
      ana.connection.closed();
      assert.deepEqual([(await ben.next()).message, (await ben.next()).message], ["a", "b"]);
      assert.deepEqual([server.size, ana.received.waiting], [1, []]);
      // On layer 1 the server knows what the page sends again on its next connection.
      const again = await Page.open(server, "ana");
      assert.equal((await again.ask(say(ROOM, "a", "c1"))).seq, hello.length ? 1 : 3);
    });
  }

  it("and whose hello fails has sent nothing: its messages would lose their client_ids", async () => {
    const { server, storage } = fixture();
    storage.heads = () => Promise.reject(new Error());
    const ana = new Page(server, "ana");
    void ana.send(HELLO);
    const sent = ana.send(say(ROOM, "a", "c1"));
    ana.connection.closed();
    await sent;
    assert.deepEqual(texts(storage), []);
  });

  it("because the server closes its socket has sent only what was processed before", async () => {
    const { server, storage } = fixture();
    const ana = new Page(server, "ana", async () => false);
    const { entered, open } = gate(storage, "append");
    void ana.send(say(ROOM, "a"));
    const later = ana.send(say(ROOM, "b"));
    await entered;
    server.recheck(["ana"]);
    assert.equal((await ana.closed())[0], 4401);
    open();
    await later;
    assert.deepEqual(texts(storage), ["a"]);
  });
});

describe("hello", () => {
  it("is answered before the messages that arrive meanwhile", async () => {
    const { server, storage } = fixture();
    const ben = await Page.open(server, "ben");
    const ana = new Page(server, "ana");
    const { entered, open } = gate(storage, "heads");
    void ana.send(HELLO);
    await entered;
    await ben.ask(say(ROOM, "meanwhile", "c1"));
    await ben.next();
    open();
    assert.equal((await ana.next()).action, "welcome");
    assert.equal((await ana.next()).message, "meanwhile");
  });

  it("is never rate-limited the first time, but later", async () => {
    const { server } = fixture({ limits: { framesPerSecond: 1, framesBurst: 1 }, now: () => 0 });
    const ana = new Page(server, "ana");
    await ana.ask({});
    assert.equal((await ana.ask(HELLO)).action, "welcome");
    assert.equal((await ana.ask(HELLO)).code, "rate_limited");
  });

  it("gets a welcome the second time too", async () => {
    const ana = await Page.open(fixture().server, "ana");
    await ana.hello();
  });

  it("closes with 1013 if the server fails", async () => {
    const { server, storage } = fixture();
    storage.heads = () => Promise.reject(new Error());
    const ana = new Page(server, "ana");
    void ana.send(HELLO);
    assert.deepEqual(await ana.closed(), [1013, "the server cannot send welcome now"]);
    assert.equal(server.size, 0);
  });

  it("is optional: a page without it stays on layer 0", async () => {
    const ana = new Page(fixture().server, "ana");
    assert.equal((await ana.ask(say(ROOM, "a", "c1"))).message, "a");
    await ana.nothingMore();
  });
});

describe("a slow reader", () => {
  const limits = { outboxBytes: 10_000 };

  it("is closed with 1013 and delays no other", async () => {
    const { server } = fixture({ limits });
    const [slow, ana] = [await Page.open(server, "ben"), await Page.open(server, "ana")];
    slow.stall();
    for (let number = 1; number <= 6; number += 1) {
      assert.equal((await ana.ask(say(ROOM, "a".repeat(2_000), `c${number}`))).action, "ack");
      assert.equal((await ana.next()).seq, number);
    }
    assert.deepEqual(await slow.closed(), [1013, "too many frames wait for this socket"]);
    assert.equal(server.size, 1);
  });

  it("is closed during hello as well", async () => {
    const { server, storage } = fixture({ limits });
    const ana = await Page.open(server, "ana");
    const ben = new Page(server, "ben");
    const { entered, open } = gate(storage, "heads");
    const greeting = ben.send(HELLO);
    await entered;
    for (let number = 1; number <= 6; number += 1) {
      await ana.ask(say(ROOM, "a".repeat(2_000), `c${number}`));
      await ana.next();
    }
    assert.equal((await ben.closed())[0], 1013);
    open();
    await greeting;
  });

  it("that asks for more than it reads waits, and gets everything", async () => {
    const { server } = fixture({ limits });
    const ana = new Page(server, "ana");
    for (let count = 0; count < 3; count += 1) await ana.ask(say(ROOM, "a".repeat(2_000)));
    ana.stall();
    const history = { action: "get_messages", conversation_id: ROOM };
    await ana.send(history);
    let isAnswered = false;
    const waiting = ana.send(history).then(() => (isAnswered = true));
    await new Promise(setImmediate);
    assert.equal(isAnswered, false);
    ana.resume();
    await waiting;
    assert.deepEqual([(await ana.next()).messages.length, (await ana.next()).messages.length], [3, 3]);
  });
});

describe("a server", () => {
  it("names the functions that its storage lacks", () => {
    const storage = /** @type {any} */ ({ heads() {}, append() {} });
    assert.throws(() => new Server({ storage }), /storage must have .* missing: participants, after, first, history/);
  });

  it("limits the number of sockets of a user", () => {
    const { server } = fixture({ limits: { socketsPerUser: 2 } });
    const first = new Page(server, "ana");
    new Page(server, "ana");
    assert.throws(() => new Page(server, "ana"), { name: "Closed", code: 1013, reason: "too many connections" });
    new Page(server, "ben");
    first.connection.closed();
    new Page(server, "ana");
  });

  it("closes the sockets whose login has ended when it is asked to recheck", async () => {
    const { server } = fixture();
    const logins = new Set(["ana", "ben"]);
    const [ana, ben] = ["ana", "ben"].map((user) => new Page(server, user, async () => logins.has(user)));
    server.recheck(["ana", "ben"]);
    await ana.nothingMore();
    logins.delete("ana");
    server.recheck(["ana", "ben"]);
    assert.deepEqual(await ana.closed(), [4401, "the session has ended"]);
    await ben.nothingMore();
  });

  it("keeps a socket whose recheck fails", async () => {
    const { server, reports } = fixture();
    const ana = new Page(server, "ana", () => Promise.reject(new Error()));
    server.recheck(["ana"]);
    await ana.nothingMore();
    assert.deepEqual(reports, ["user ana: checking the login failed: Error"]);
  });

  it("that stops closes its sockets, and stores what it has received", async () => {
    const { server, storage } = fixture();
    const { entered, open } = gate(storage, "append");
    const [ana, ben] = [await Page.open(server, "ana"), await Page.open(server, "ben")];
    void ana.send(say(ROOM, "a", "c1"));
    await entered;
    const stopping = server.stop();
    assert.deepEqual(await ben.closed(), [1012, "retry_after=2000"]);
    open();
    await stopping;
    assert.deepEqual(texts(storage), ["a"]);
  });
});

describe("several processes", () => {
  async function two() {
    const storage = memory();
    const broker = new MemoryBroker();
    const servers = [new Server({ storage, broker }), new Server({ storage, broker })];
    for (const server of servers) await server.start();
    return servers;
  }

  it("deliver a message to each socket once", async () => {
    const [here, there] = await two();
    const pages = [await Page.open(here, "ana"), await Page.open(there, "ben"), await Page.open(here, "ana")];
    await pages[0].ask(say(ROOM, "a", "c1"));
    for (const page of pages) {
      assert.equal((await page.next()).message, "a");
      await page.nothingMore();
    }
  });

  it("recheck the sockets of a user", async () => {
    const [here, there] = await two();
    const ana = new Page(there, "ana", async () => false);
    here.recheck(["ana"]);
    assert.equal((await ana.closed())[0], 4401);
  });

  it("lose neither acks nor local pushes by a broker that hangs, and share one publish afterwards", async () => {
    const broker = new MemoryBroker();
    /** @type {number[]} */
    const published = [];
    const { entered, open } = gate(broker, "publish");
    const publish = broker.publish;
    broker.publish = async (text) => {
      await publish(text);
      published.push(JSON.parse(text).events.length);
    };
    const { server } = fixture({ broker });
    const ana = await Page.open(server, "ana");
    for (let seq = 1; seq <= 3; seq += 1) {
      assert.equal((await ana.ask(say(ROOM, "a", `c${seq}`))).action, "ack");
      assert.equal((await ana.next()).seq, seq);
    }
    await entered;
    open();
    await server.stop();
    assert.deepEqual(published, [1, 2]);
  });

  it("report a broker that fails or never answers", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    for (const [publish, name] of /** @type {[() => Promise<void>, string][]} */ ([
      [() => Promise.reject(new RangeError("secret")), "RangeError"],
      [() => new Promise(() => {}), "Error"],
    ])) {
      const { server, reports, storage } = fixture({ broker: Object.assign(new MemoryBroker(), { publish }) });
      server.publish([{ frame: { conversation_id: ROOM, seq: 1 }, recipients: ["ana"] }]);
      const stopped = server.stop();
      await new Promise(setImmediate);
      t.mock.timers.tick(2_000);
      await stopped;
      assert.deepEqual(reports, [`publishing 1 events failed: ${name}`]);
      assert.ok(storage);
    }
  });

  it("refuse new sockets while the subscription is down", async () => {
    const broker = Object.assign(new MemoryBroker(), { connected: false });
    const { server } = fixture({ broker });
    assert.throws(() => new Page(server, "ana"), Closed);
    broker.connected = true;
    new Page(server, "ana");
  });

  it("report and skip invalid events", async () => {
    const broker = new MemoryBroker();
    const { server, reports } = fixture({ broker });
    await server.start();
    const ana = await Page.open(server, "ana");
    for (const text of ["{", "[]", '{"from":null,"events":[7]}']) await broker.publish(text);
    assert.equal(reports.filter((text) => text.startsWith("an event of the broker is invalid")).length, 3);
    await ana.nothingMore();
  });
});
