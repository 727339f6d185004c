import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";

import * as inbox from "inbox-socket";
import { fakeServer, reset } from "inbox-socket/testing";

/** @type {import("inbox-socket/testing").FakeServer} */
let server;

/** Subscribes to a conversation and records the frames received. @param {any} [id] */
function listen(id = 2) {
  /** @type {any[]} */
  const heard = [];
  const chat = inbox.useWebSocket(id, (message) => heard.push(message));
  return { chat, heard, texts: () => heard.map(({ message }) => message) };
}

describe("a fake server", () => {
  beforeEach(() => void (server = fakeServer()));
  afterEach(() => server.restore());

  it("accepts the connection", async () => {
    const { chat } = listen();
    assert.equal(chat.isConnecting, true);
    const connection = await server.connection();
    assert.equal(chat.isConnected, true);
    assert.equal(connection.url, "ws://localhost/ws/inbox/");
    assert.deepEqual(server.attempts, [connection.url]);
  });

  it("delivers frames to the listeners synchronously", async () => {
    const { chat, heard } = listen();
    const connection = await server.connection();
    connection.send({ conversation_id: 2, message: "Hi" });
    connection.send({ conversation_id: 3, message: "not for here" });
    connection.send("no JSON");
    connection.send('{"conversation_id":2,"action":"typing"}');
    assert.deepEqual(heard, [
      { conversation_id: 2, message: "Hi" },
      { conversation_id: 2, action: "typing" },
    ]);
    assert.deepEqual(chat.lastMessage, { conversation_id: 2, action: "typing" });
    assert.equal(inbox.getStats()?.framesDropped, 1);
  });

  it("delivers a sent message, and echoes it to the page", async () => {
    const { heard } = listen();
    assert.deepEqual(await inbox.sendMessage(2, "Hello"), { status: "delivered", messageId: 1 });
    const [{ created_at: createdAt, ...message }] = heard;
    assert.deepEqual(message, {
      conversation_id: 2,
      seq: 1,
      message_id: 1,
      type: "TEXT",
      sender_id: 1,
      message: "Hello",
    });
    assert.ok(Date.parse(createdAt));
  });

  it("returns received frames, and waits for later ones", async () => {
    listen();
    const connection = await server.connection();
    const awaited = connection.received({ message: "second" });
    void inbox.sendMessage(2, "first");
    void inbox.sendMessage(2, "second");
    void inbox.send({ action: "typing", who: { name: "Ana", id: 1 } });
    assert.deepEqual(await awaited, { conversation_id: 2, message: "second", type: "TEXT" });
    await connection.received({ who: { name: "Ana" } });
    await connection.received((frame) => frame.message === "first");
    assert.deepEqual(
      connection.frames.map(({ message, action }) => message ?? action),
      ["first", "second", "typing"],
    );
  });

  it("reports which frame it waited for, and which arrived instead", async () => {
    listen();
    const connection = await server.connection();
    await inbox.sendMessage(2, "Hello");
    await Promise.all([
      assert.rejects(
        connection.received({ message: "Bye" }),
        /no frame like {"message":"Bye"} arrived within 2000 ms; got \[{.*"Hello"/,
      ),
      assert.rejects(server.connection(), /no connection opened within 2000 ms; attempts: 1/),
    ]);
  });

  it("refuses a message, with a reason", async () => {
    listen();
    server.rejectMessages("You have left.");
    assert.deepEqual(await inbox.sendMessage(2, "Hello"), { status: "failed", reason: "You have left." });
    server.acceptMessages();
    assert.equal((await inbox.sendMessage(2, "Hello")).status, "delivered");
  });

  it("holds a message until the test accepts it", async () => {
    listen();
    server.holdMessages();
    const connection = await server.connection();
    let result;
    const sending = inbox.sendMessage(2, "Hello").then((settled) => (result = settled));
    await connection.received({ message: "Hello" });
    assert.equal(result, undefined);
    server.acceptMessages();
    await sending;
    assert.deepEqual(result, { status: "delivered", messageId: 1 });
  });

  it("answers a request for history", async () => {
    const { heard } = listen();
    server.post({ conversation_id: 2, message: "old", sender_id: 456 });
    await server.connection();
    await inbox.requestMessages(2);
    await until(() => heard.some(({ action }) => action === "messages_response"));
    const { messages, has_more } = heard.at(-1);
    assert.deepEqual([messages.map(({ message }) => message), has_more], [["old"], false]);
  });

  it("drops a connection, which reconnects without a real wait", async () => {
    const { chat } = listen();
    const first = await server.connection();
    first.drop();
    assert.equal(chat.error, "Connection lost - reconnecting in background...");
    assert.deepEqual(await first.closed, { code: 1006, reason: "" });
    assert.throws(() => first.send({}), /this connection is closed/);
    await server.advance(600);
    assert.equal(chat.isConnected, true);
    assert.notEqual(await server.connection(), first);
    assert.equal(server.connections.length, 2);
  });

  it("delivers the messages that a page missed, in order and once", async () => {
    const { texts } = listen();
    (await server.connection()).drop();
    server.post({ conversation_id: 2, message: "one" });
    server.post({ conversation_id: 2, message: "two" });
    await server.advance(600);
    server.post({ conversation_id: 2, message: "three" });
    assert.deepEqual(texts(), ["one", "two", "three"]);
  });

  it("receives a message that was written while it was unreachable", async () => {
    listen();
    server.refuse();
    const sending = inbox.sendMessage(2, "Hello");
    await server.advance(1_000);
    assert.ok(server.attempts.length > 0);
    server.accept();
    await server.advance(10_000);
    assert.equal((await sending).status, "delivered");
  });

  it("refuses until the page gives up, without a real wait", async () => {
    const { chat } = listen();
    server.refuse();
    await server.advance(10 * 60_000);
    assert.equal(server.attempts.length, 11);
    assert.equal(chat.error, "Unable to connect. Please check your connection and refresh.");
  });

  it("refuses with a code", async () => {
    const { chat } = listen();
    server.refuse(4403);
    await server.advance(60_000);
    assert.match(String(chat.error), /not allowed/);
    assert.equal(server.attempts.length, 1);
  });

  it("hangs until the attempt times out or the test accepts it", async () => {
    const { chat } = listen();
    server.hang();
    await server.advance(4_900);
    assert.deepEqual([chat.isConnecting, server.attempts.length], [true, 1]);
    await server.advance(800);
    assert.equal(server.attempts.length, 2);
    server.accept();
    assert.equal(chat.isConnected, true);
  });

  it("closes with a code, and receives the page's close", async () => {
    const { chat } = listen();
    (await server.connection()).close(1000);
    assert.deepEqual([chat.isConnected, chat.isConnecting, chat.error], [false, false, null]);
    chat.retry();
    const second = await server.connection();
    chat.release();
    await server.advance(300);
    assert.deepEqual(await second.closed, { code: 1000, reason: "" });
    assert.equal(second.isOpen, false);
  });
});

describe("a fake server of layer 0", () => {
  beforeEach(() => void (server = fakeServer({ protocol: 0, userId: "ana" })));
  afterEach(() => server.restore());

  it("neither acknowledges nor numbers messages", async () => {
    const { heard } = listen();
    assert.deepEqual(await inbox.sendMessage(2, "Hello"), { status: "sent" });
    await until(() => heard.length === 1);
    assert.equal(heard[0].sender_id, "ana");
    assert.equal("seq" in heard[0], false);
    assert.equal(inbox.getStats()?.assured, false);
  });

  it("does not deliver missed messages", async () => {
    const { texts } = listen();
    const connection = await server.connection();
    await inbox.sendMessage(2, "Hello");
    await until(() => texts().length === 1);
    connection.drop();
    server.post({ conversation_id: 2, message: "missed" });
    await server.advance(600);
    server.post({ conversation_id: 2, message: "heard" });
    assert.deepEqual(texts(), ["Hello", "heard"]);
  });
});

describe("an inbox of createInbox()", () => {
  it("connects to the fake server, at its address and by its clock", async () => {
    const own = fakeServer();
    const other = inbox.createInbox({ maxAttempts: 1 });
    const chat = other.useWebSocket(2, () => {});
    const connection = await own.connection();
    assert.equal(connection.url, "ws://localhost/ws/inbox/");
    assert.deepEqual(await other.sendMessage(2, "Hello"), { status: "delivered", messageId: 1 });
    connection.drop();
    assert.equal(chat.isConnected, false);
    await own.advance(600);
    assert.equal(chat.isConnected, true);
    assert.equal(inbox.getStats(), null);
    own.restore();
  });

  it("that was created before, as a module does, starts clean in each test", async () => {
    const other = inbox.createInbox({ url: "ws://localhost/other/" });
    const { chat } = listen();
    for (const text of ["one", "two"]) {
      const own = fakeServer();
      assert.deepEqual([other.getStats(), chat.isConnected], [null, false]);
      /** @type {any[]} */
      const heard = [];
      const otherChat = other.useWebSocket(2, ({ message }) => heard.push(message));
      const connection = await own.connection();
      assert.equal(connection.url, "ws://localhost/other/");
      connection.send({ conversation_id: 2, message: text });
      connection.drop();
      await own.advance(600);
      assert.deepEqual([heard, otherChat.isConnected, own.attempts.length], [[text], true, 2]);
      own.restore();
      assert.equal(otherChat.isConnected, false);
    }
  });
});

describe("a fake server without a wire", () => {
  beforeEach(() => void (server = fakeServer({ protocol: null })));
  afterEach(() => server.restore());

  it("leaves every frame to the test, for an adapter", async () => {
    const other = inbox.createInbox({
      adapter: {
        conversationId: "room",
        onOpen: async ({ send, waitFor }) => {
          send("login");
          await waitFor((frame) => frame === "welcome");
        },
        outgoing: ({ conversationId, message, clientId }) => [
          "say",
          { room: conversationId, text: message, ref: clientId },
        ],
        ack: "ref",
      },
    });
    /** @type {any[]} */
    const heard = [];
    other.subscribe(2, (frame) => heard.push(frame));
    const connection = await server.connection();
    assert.equal(await connection.received("login"), "login");
    connection.send("welcome");
    const sending = other.sendMessage(2, "Hello", undefined, { clientId: "mine" });
    const frame = await connection.received(["say", { room: 2 }]);
    assert.deepEqual(frame, ["say", { room: 2, text: "Hello", ref: "mine" }]);
    connection.send({ ref: "mine" });
    assert.equal((await sending).status, "delivered");
    connection.send({ room: 2, text: "Hi" });
    assert.deepEqual(heard, [{ room: 2, text: "Hi" }]);
    assert.deepEqual(connection.frames, ["login", frame]);
  });
});

describe("each test", () => {
  it("starts with the page's own globals, and restores them", () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");
    const symbols = Object.getOwnPropertySymbols(globalThis);
    const own = fakeServer();
    assert.notEqual(globalThis.WebSocket, before?.value);
    own.restore();
    own.restore();
    assert.deepEqual(Object.getOwnPropertyDescriptor(globalThis, "WebSocket"), before);
    assert.deepEqual(Object.getOwnPropertySymbols(globalThis), symbols);
  });

  it("has one server", () => {
    const own = fakeServer();
    assert.throws(() => fakeServer(), /already in use; call its restore\(\)/);
    own.restore();
    fakeServer().restore();
  });

  it("starts without a connection, even if an earlier test left listeners", async () => {
    const first = fakeServer();
    const left = listen();
    await first.connection();
    void inbox.sendMessage(2, "never acknowledged");
    first.restore();
    assert.deepEqual([left.chat.isConnected, left.chat.lastMessage], [false, null]);

    const second = fakeServer();
    const { texts } = listen();
    const connection = await second.connection();
    left.chat.release();
    connection.send({ conversation_id: 2, message: "Hi" });
    assert.deepEqual(texts(), ["Hi"]);
    assert.deepEqual(left.texts(), []);
    assert.equal(inbox.getStats()?.listeners, 1);
    second.restore();
  });

  it("may end while the core is still loading", async () => {
    const first = fakeServer();
    const left = listen();
    first.restore();
    const second = fakeServer();
    const { chat } = listen();
    const connection = await second.connection();
    connection.send({ conversation_id: 2, message: "Hi" });
    assert.deepEqual([chat.isConnected, left.texts(), first.attempts], [true, [], []]);
    second.restore();
  });

  it("keeps the user of configure(), whose messages `persist` keeps", async () => {
    inbox.configure({ user: "ana", persist: true });
    for (const text of ["one", "two"]) {
      const own = fakeServer();
      own.refuse();
      listen();
      void inbox.sendMessage(2, text);
      await until(() => inbox.pending(2).some(({ message }) => message === text));
      own.restore();
    }
    inbox.configure({ persist: false });
  });

  it("keeps the options of configure(), and may set them again", async () => {
    inbox.configure({ url: "wss://chat.example/inbox" });
    for (const url of ["wss://chat.example/inbox", "wss://chat.example/inbox", "wss://other.example/"]) {
      const own = fakeServer();
      if (url.includes("other")) inbox.configure({ url: async () => url });
      listen();
      assert.equal((await own.connection()).url, url);
      assert.throws(() => inbox.configure({ linger: 0 }), /before the connection is used/);
      own.restore();
    }
    inbox.configure({ url: undefined });
  });

  it("may replace WebSocket by other means", () => {
    const { chat } = listen();
    assert.equal(chat.isConnecting, true);
    reset();
    assert.equal(chat.isConnecting, false);
    inbox.configure({ url: undefined });
  });
});

/** @param {() => boolean} condition */
async function until(condition) {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
