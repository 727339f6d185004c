// The option `adapter` in Node.js. tests/wires runs the wires of real applications; this file the mistakes and the edges.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";

import { createInbox } from "inbox-socket";
import { WebSocket } from "ws";

import { eventually } from "../../support/queue.mjs";
import { TestServer } from "../../support/server.mjs";

/** @type {any} */ (globalThis).WebSocket = WebSocket;

/** What was reported as uncaught. @type {any[]} */
let reported = [];
beforeEach(() => {
  reported = [];
  globalThis.reportError = (error) => void reported.push(error);
});
afterEach(() => {
  assert.deepEqual(reported, [], "nothing else must be reported");
});

const messages = () => reported.splice(0).map(({ message }) => message);

/**
 * @param {import("node:test").TestContext} t
 * @param {import("inbox-socket").Options} options
 */
async function start(t, options) {
  const server = await TestServer.start();
  server.expectsHello = false;
  const inbox = createInbox({ url: `${server.origin}/ws`, reconnectDelays: [1], linger: 1, ...options });
  t.after(async () => {
    inbox.disconnect();
    await server.stop();
  });
  /** @type {any[]} */
  const heard = [];
  /** @param {any} id */
  const listen = (id) => inbox.subscribe(id, (frame) => heard.push([id, frame]));
  return { server, inbox, heard, listen };
}

const GOOD = { room: 1, text: "good" };

describe("a mistake of the adapter is reported once, and costs only its frame:", () => {
  const ID = "must give a number up to 2^53 - 1, a string, null or undefined; got";
  const DELIVERY = "must return { conversationId, frame }, an array of them, null or undefined; got";
  const isGood = (/** @type {any} */ frame) => frame.room === 1;
  const fail = (/** @type {any} */ frame) => {
    if (!isGood(frame)) throw new Error(`no ${frame.what}`);
  };
  /** @type {[what: string, adapter: import("inbox-socket").Adapter, message: string][]} */
  const rows = [
    ["an id that is an object", { conversationId: "room" }, `\`adapter.conversationId\` ${ID} {"id":1}`],
    [
      "an id that JavaScript has rounded",
      { conversationId: (frame) => (isGood(frame) ? 1 : 2 ** 60) },
      `\`adapter.conversationId\` ${ID} ${2 ** 60}`,
    ],
    [
      "a promise of an id",
      { conversationId: (frame) => (isGood(frame) ? 1 : /** @type {any} */ (Promise.resolve(1))) },
      `\`adapter.conversationId\` ${ID} a promise`,
    ],
    [
      "a delivery that is a number",
      { incoming: (frame) => (isGood(frame) ? { conversationId: 1 } : /** @type {any} */ (7)) },
      `\`adapter.incoming\` ${DELIVERY} 7`,
    ],
    [
      "a promise of a delivery",
      { incoming: (frame) => (isGood(frame) ? { conversationId: 1 } : /** @type {any} */ (Promise.resolve())) },
      `\`adapter.incoming\` ${DELIVERY} a promise`,
    ],
    [
      "a delivery with an id that is a boolean",
      { incoming: (frame) => ({ conversationId: isGood(frame) ? 1 : /** @type {any} */ (true) }) },
      `\`adapter.incoming\` ${ID} true`,
    ],
    [
      "an error thrown by `incoming`",
      {
        incoming: (frame) => {
          fail({ ...frame, what: "delivery" });
          return { conversationId: 1 };
        },
      },
      "no delivery",
    ],
    [
      "an error thrown by `isMessage`",
      {
        conversationId: (frame) => frame.room.id ?? frame.room,
        isMessage: (frame) => {
          fail({ ...frame, what: "message" });
          return true;
        },
      },
      "no message",
    ],
  ];
  for (const [what, adapter, message] of rows) {
    it(what, async (t) => {
      const { server, inbox, heard, listen } = await start(t, { adapter });
      listen(1);
      listen(null);
      const connection = await server.connection();
      await eventually("it is open", () => inbox.getState().isConnected);
      connection.send({ room: { id: 1 } });
      connection.send({ room: { id: 1 } });
      connection.send(GOOD);
      await eventually("the good frame arrives", () => heard.length === 2);
      assert.deepEqual(heard, [
        [1, GOOD],
        [null, GOOD],
      ]);
      assert.deepEqual(messages(), [message]);
      assert.ok(connection.isOpen);
    });
  }

  it("an error thrown by `ack` or `history.answer`, which cost no frame", async (t) => {
    const adapter = {
      conversationId: "room",
      ack() {
        throw new Error("no ack");
      },
      history: {
        request: () => ({}),
        answer() {
          throw new Error("no answer");
        },
      },
    };
    const { server, heard, listen } = await start(t, { adapter });
    listen(1);
    (await server.connection()).send(GOOD);
    await eventually("the frame arrives", () => heard.length === 1);
    assert.deepEqual(messages(), ["no ack", "no answer"]);
  });
});

describe("sendMessage() resolves to failed, with the mistake of `outgoing`, for", () => {
  const FRAME = "`adapter.outgoing` must return an object, an array or a non-empty string; got";
  const circular = {};
  Object.assign(circular, { circular });
  /** @type {[what: string, frame: any, reason: string | RegExp][]} */
  const rows = [
    ["undefined", undefined, `${FRAME} undefined`],
    ["an empty string", "", `${FRAME} ""`],
    ["a function", () => ({}), `${FRAME} a function`],
    ["a number", 5, `${FRAME} 5`],
    ["a promise", Promise.resolve({}), `${FRAME} a promise`],
    ["a cycle", circular, /^`adapter.outgoing` must return a frame that JSON can represent: .*circular/i],
  ];
  for (const [what, frame, reason] of rows) {
    it(`${what}; the next message is sent`, async (t) => {
      const outgoing = ({ message }) => (message === "bad" ? frame : [message]);
      const { server, inbox } = await start(t, { adapter: { outgoing } });
      const failed = await inbox.sendMessage(1, "bad");
      assert.equal(failed.status, "failed");
      if (typeof reason === "string") assert.equal(failed.reason, reason);
      else assert.match(failed.reason, reason);
      assert.deepEqual(await inbox.sendMessage(1, "good"), { status: "sent" });
      assert.deepEqual(await (await server.connection()).next(), ["good"]);
    });
  }

  it("an error that it throws", async (t) => {
    const outgoing = () => {
      throw new Error("not today");
    };
    const { inbox } = await start(t, { adapter: { outgoing } });
    assert.deepEqual(await inbox.sendMessage(1, "bad"), { status: "failed", reason: "not today" });
  });

  it("requestMessages() without `history`", async (t) => {
    const { inbox } = await start(t, { adapter: {} });
    const reason = "`adapter.history` must be set to request messages";
    assert.deepEqual(await inbox.requestMessages(1), { status: "failed", reason });
  });
});

describe("wrong members and contradictions are named by the state's error, and open no connection:", () => {
  const url = ({ conversationId }) => `ws://127.0.0.1:9/${conversationId}`;
  const PATH = 'must be a path such as "data.room_id"';
  const NAMES =
    "conversationId, incoming, isMessage, outgoing, message, ref, history, onOpen, join, leave, ack, resend, reconnect";
  /** @type {[options: {adapter?: object} & Omit<import("inbox-socket").Options, "adapter">, message: string][]} */
  const rows = [
    [{ adapter: { conversationId: 5 } }, `\`adapter.conversationId\` ${PATH}, or a function; got 5`],
    [{ adapter: { message: "" } }, `\`adapter.message\` ${PATH}; got ""`],
    [{ adapter: { ref: () => "id" } }, `\`adapter.ref\` ${PATH}; got a function`],
    [{ adapter: { incoming: "data" } }, '`adapter.incoming` must be a function; got "data"'],
    [{ adapter: { outgoing: {} } }, "`adapter.outgoing` must be a function; got {}"],
    [
      { adapter: { history: { answer: "messages" } } },
      '`adapter.history` must be a function, or { request, answer }; got {"answer":"messages"}',
    ],
    [{ adapter: { join: null } }, "`adapter.join` must be a function; got null"],
    [{ adapter: { ack: 1 } }, `\`adapter.ack\` ${PATH}, or a function; got 1`],
    [{ adapter: { resend: 0 } }, "`adapter.resend` must be true or false; got 0"],
    [{ adapter: { onopen() {} } }, `unknown option \`adapter.onopen\`; the options are ${NAMES}`],
    [
      { sockets: "each", url, adapter: { toString: 1 } },
      `unknown option \`adapter.toString\`; the options are ${NAMES}`,
    ],
    [{ adapter: {}, protocol: 1 }, "`protocol` must be 0 with `adapter`; got 1"],
    [{ sockets: "each", url, protocol: 1 }, '`protocol` must be 0 with sockets: "each"; got 1'],
    [{ sockets: "each", url: "/ws/" }, '`url` must be a function of { conversationId } with sockets: "each"; got /ws/'],
    [{ sockets: "each", url, adapter: { join: () => ({}) } }, '`adapter.join` must not be set with sockets: "each"'],
    [
      { adapter: { conversationId: "id", incoming: () => null } },
      "`adapter.conversationId` must not be set with `adapter.incoming`",
    ],
    [
      { adapter: { message: "text", outgoing: () => ({}) } },
      "`adapter.message` must not be set with `adapter.outgoing`",
    ],
    [{ adapter: { resend: false } }, "`adapter.resend` must not be set without `adapter.ack`"],
  ];
  for (const [options, message] of rows) {
    it(message, async (t) => {
      const { server, inbox, listen } = await start(t, /** @type {any} */ (options));
      listen(1);
      await eventually("an error is shown", () => inbox.getState().error !== null);
      assert.equal(inbox.getState().error, `Unable to load inbox-socket: ${message}`);
      assert.deepEqual(messages(), [message]);
      assert.deepEqual(server.attempts, []);
    });
  }
});

it("`protocols` that fails is named by the error, and the next attempt asks again", async (t) => {
  let asked = 0;
  const protocols = async () => {
    if (++asked === 1) throw new Error("no token");
    return "chat";
  };
  const { server, listen } = await start(t, { adapter: {}, protocols });
  listen(1);
  assert.deepEqual((await server.connection()).protocols, ["chat"]);
  assert.deepEqual(messages(), ["`protocols` failed: no token"]);
});

describe("onOpen", () => {
  it("that never settles ends the attempt at the time limit, and nothing else was sent", async (t) => {
    const onOpen = ({ send }) => {
      send({ type: "hi" });
      return new Promise(() => {});
    };
    const { server, inbox, listen } = await start(t, { adapter: { onOpen }, connectTimeout: 400 });
    listen(1);
    void inbox.sendMessage(1, "waits");
    const first = await server.connection();
    await first.closed;
    await server.connection();
    assert.deepEqual(first.received, [{ type: "hi" }]);
    assert.equal(inbox.getState().isConnected, false);
  });

  it("that rejects is a refusal: its message is the state's error until the page retries", async (t) => {
    let isAllowed = false;
    const onOpen = async () => {
      if (!isAllowed) throw new Error("The token has expired.");
    };
    const { server, inbox, listen } = await start(t, { adapter: { onOpen } });
    listen(1);
    await (await server.connection()).closed;
    await eventually("it is refused", () => inbox.getState().error === "The token has expired.");
    isAllowed = true;
    inbox.retry();
    await eventually("it is connected", () => inbox.getState().isConnected);
    assert.equal(inbox.getState().error, null);
    assert.equal(server.attempts.length, 2);
  });

  it("that fails by a mistake is reported as well", async (t) => {
    const onOpen = () => {
      throw new TypeError("a mistake in onOpen");
    };
    const { inbox, listen } = await start(t, { adapter: { onOpen } });
    listen(1);
    await eventually("it is refused", () => inbox.getState().error === "a mistake in onOpen");
    assert.deepEqual(messages(), ["a mistake in onOpen"]);
  });

  it("that sends what is not a frame is named by the error", async (t) => {
    const onOpen = ({ send }) => send(5);
    const { inbox, listen } = await start(t, { adapter: { onOpen } });
    listen(1);
    const message = "`adapter.onOpen` must send an object, an array or a non-empty string; got 5";
    await eventually("it is refused", () => inbox.getState().error === message);
    assert.deepEqual(messages(), [message]);
  });

  it("that waits only after the connection has ended gets an error", async (t) => {
    let lose = () => {};
    const lost = new Promise((resolve) => (lose = () => resolve(undefined)));
    const ends = [];
    const onOpen = async ({ waitFor }) => {
      if (ends.length > 0) return;
      ends.push("begun");
      await lost;
      await waitFor().catch((/** @type {Error} */ { message }) => ends.push(message));
    };
    const { server, inbox, listen } = await start(t, { adapter: { onOpen } });
    listen(1);
    (await server.connection()).cut();
    await server.connection();
    await eventually("it is connected again", () => inbox.getState().isConnected);
    lose();
    await eventually("the wait ends", () => ends.length > 1);
    assert.deepEqual(ends, ["begun", "the connection has ended"]);
  });

  it("that is waiting when the connection is lost is no refusal", async (t) => {
    const adapter = { onOpen: ({ waitFor }) => waitFor((frame) => frame.type === "ready") };
    const { server, inbox, listen } = await start(t, { adapter });
    listen(1);
    const first = await server.connection();
    first.cut();
    (await server.connection()).send({ type: "ready" });
    await eventually("it is connected", () => inbox.getState().isConnected);
  });

  it("may wait for a frame that has already come; listeners receive the others in order", async (t) => {
    let isGreeted = () => {};
    const greeted = new Promise((resolve) => (isGreeted = () => resolve(undefined)));
    const adapter = {
      conversationId: "room",
      async onOpen({ waitFor }) {
        await greeted;
        await waitFor((frame) => frame.type === "ready");
        await waitFor((frame) => frame.type === "news", { deliver: true });
      },
    };
    const { server, inbox, heard, listen } = await start(t, { adapter });
    listen(1);
    const connection = await server.connection();
    connection.send({ type: "ready" });
    connection.send({ type: "news", room: 1 });
    connection.send(GOOD);
    await eventually("the frames have come", () => connection.webSocket.bufferedAmount === 0);
    isGreeted();
    await eventually("both are delivered", () => heard.length === 2);
    assert.deepEqual(heard, [
      [1, { type: "news", room: 1 }],
      [1, GOOD],
    ]);
    assert.ok(inbox.getState().isConnected);
  });
});

describe("join", () => {
  const join = async (room, { send, waitFor }) => {
    send({ join: room });
    await waitFor((frame) => {
      if (frame.no === room) throw new Error(`Room ${room} is full.`);
      return frame.yes === room;
    });
  };

  it("holds the messages of its conversation until it is answered, and no others", async (t) => {
    const { server, inbox, listen } = await start(t, { adapter: { join } });
    listen(1);
    const connection = await server.connection();
    assert.deepEqual(await connection.next(), { join: 1 });
    connection.send({ yes: 1 });
    await eventually("it is connected", () => inbox.getState().isConnected);
    listen(2);
    assert.deepEqual(await connection.next(), { join: 2 });
    const held = inbox.sendMessage(2, "held");
    assert.deepEqual(await inbox.sendMessage(1, "sent"), { status: "sent" });
    assert.deepEqual(await connection.next(), { conversation_id: 1, message: "sent" });
    connection.send({ yes: 2 });
    assert.deepEqual(await held, { status: "sent" });
    assert.deepEqual(await connection.next(), { conversation_id: 2, message: "held" });
  });

  it("that is refused fails the messages that waited for it, with its reason", async (t) => {
    const { server, inbox, heard, listen } = await start(t, { adapter: { join } });
    listen(1);
    const connection = await server.connection();
    connection.send({ yes: 1 });
    await eventually("it is connected", () => inbox.getState().isConnected);
    listen(2);
    const held = inbox.sendMessage(2, "held");
    connection.send({ no: 2 });
    assert.deepEqual(await held, { status: "failed", reason: "Room 2 is full." });
    const refusal = { action: "error", code: "join_refused", detail: "Room 2 is full.", conversation_id: 2 };
    assert.deepEqual(heard, [[2, refusal]]);
    assert.ok(connection.isOpen);
  });

  it("that sends what is not a frame is named by the error", async (t) => {
    const join = async (_, { send }) => send("");
    const { inbox, heard, listen } = await start(t, { adapter: { join } });
    listen(1);
    await eventually("the listener hears of it", () => heard.length > 0);
    const detail = '`adapter.join` must send an object, an array or a non-empty string; got ""';
    assert.deepEqual(heard, [[1, { action: "error", code: "join_refused", detail, conversation_id: 1 }]]);
    assert.deepEqual(messages(), [detail]);
    await eventually("it is connected", () => inbox.getState().isConnected);
  });

  it("that is never answered does not keep the connection from opening", async (t) => {
    const { server, inbox, heard, listen } = await start(t, { adapter: { join }, connectTimeout: 1_000 });
    listen("quiet");
    await server.connection();
    await eventually("it is connected", () => inbox.getState().isConnected);
    const detail = '`adapter.join` must settle within 500 ms; it has not for "quiet"';
    assert.deepEqual(heard, [["quiet", { action: "error", code: "join_refused", detail, conversation_id: "quiet" }]]);
    assert.deepEqual(messages(), [detail]);
    assert.equal(server.attempts.length, 1);
  });

  it("is repeated for a message that waited for the connection, though its last listener has left", async (t) => {
    const adapter = { join: (room) => ({ join: room }), leave: (room) => ({ leave: room }) };
    const { server, inbox, listen } = await start(t, { adapter });
    listen(1);
    const end = listen(2);
    const first = await server.connection();
    await eventually("it is connected", () => inbox.getState().isConnected);
    server.mode = "hold";
    first.cut();
    await eventually("it is lost", () => !inbox.getState().isConnected);
    const waiting = inbox.sendMessage(2, "hello");
    end();
    server.letGo("accept");
    assert.deepEqual(await waiting, { status: "sent" });
    const second = await server.connection();
    await eventually("it leaves", () => second.received.length === 4);
    assert.deepEqual(second.received, [
      { join: 1 },
      { join: 2 },
      { conversation_id: 2, message: "hello" },
      { leave: 2 },
    ]);
  });

  it("does not send back the answer that its promise resolves to", async (t) => {
    const ask = (room, { send, waitFor }) => {
      send({ join: room });
      return waitFor();
    };
    const { server, inbox, listen } = await start(t, { adapter: { join: ask } });
    listen(1);
    const connection = await server.connection();
    await connection.next();
    connection.send({ yes: 1 });
    void inbox.sendMessage(1, "next");
    await connection.next();
    assert.deepEqual(connection.received, [{ join: 1 }, { conversation_id: 1, message: "next" }]);
  });
});

describe("a frame without listeners", () => {
  /** @type {[what: string, text: string, parsed: number][]} */
  const rows = [
    ["whose text proves its number is not parsed", '{"type":"chat","data":{"room_id": 7, "text":"hello"}}', 0],
    ["whose text proves its string is not parsed", '{"data":{"text":"hello","room_id":"seven"}}', 0],
    ["is parsed if its text names two ids", '{"data":{"room_id":7,"reply":{"room_id":1}}}', 1],
    ["is parsed if its text has a backslash", '{"data":{"room_id":7,"text":"\\"room_id\\":1"}}', 1],
    ["is parsed if the name of the id is a value", '{"data":{"text":"room_id"}}', 1],
    ["is parsed if the id is an object", '{"data":{"room_id":{"$oid":"7"}}}', 1],
  ];
  for (const [what, text, parsed] of rows) {
    it(what, async (t) => {
      const { server, inbox, heard, listen } = await start(t, { adapter: { conversationId: "data.room_id" } });
      listen(1);
      const connection = await server.connection();
      await eventually("it is connected", () => inbox.getState().isConnected);
      connection.sendRaw(text);
      connection.send({ data: { room_id: 1 } });
      await eventually("the last frame arrives", () => heard.length === 1);
      const { framesIn, framesParsed } = /** @type {any} */ (inbox.getStats());
      assert.deepEqual({ framesIn, framesParsed }, { framesIn: 2, framesParsed: parsed + 1 });
      reported = [];
    });
  }
});

describe("sendMessage() with queue: false", () => {
  it("fails without a connection, and neither queues the message nor connects", async (t) => {
    const { server, inbox } = await start(t, { adapter: {} });
    const reason = "no connection was ready for the message, and it was not queued";
    assert.deepEqual(await inbox.sendMessage(1, "now", undefined, { queue: false }), { status: "failed", reason });
    assert.deepEqual(server.attempts, []);
    assert.equal(inbox.getStats()?.queued, 0);
  });

  it("sends at once on an open connection", async (t) => {
    const { server, inbox, listen } = await start(t, { adapter: {} });
    listen(1);
    const connection = await server.connection();
    await eventually("it is connected", () => inbox.getState().isConnected);
    assert.deepEqual(await inbox.sendMessage(1, "now", undefined, { queue: false }), { status: "sent" });
    assert.deepEqual(await connection.next(), { conversation_id: 1, message: "now" });
    assert.deepEqual(await inbox.send({ typing: true }, { queue: false }), { status: "sent" });
  });
});

describe("the option clientId", () => {
  const adapter = { ref: "ref", ack: "acked" };

  it("is the message's id on the wire, also when it is repeated", async (t) => {
    const { server, inbox, listen } = await start(t, { adapter });
    listen(1);
    const result = inbox.sendMessage(1, "hello", undefined, { clientId: "mine-1" });
    const first = await server.connection();
    assert.equal((await first.next()).ref, "mine-1");
    first.cut();
    const second = await server.connection();
    assert.equal((await second.next()).ref, "mine-1");
    second.send({ acked: "mine-1" });
    assert.deepEqual(await result, { status: "delivered" });
  });

  it("must be a string of 1 to 64 characters that no pending message has", async (t) => {
    const { inbox } = await start(t, { adapter });
    const reasonFor = async (/** @type {any} */ clientId) =>
      /** @type {any} */ (await inbox.sendMessage(1, "hello", undefined, { clientId })).reason;
    for (const [clientId, shown] of [
      [5, "5"],
      ["", ""],
      ["x".repeat(65), "x".repeat(65)],
    ]) {
      assert.equal(await reasonFor(clientId), `\`clientId\` must be a string of 1 to 64 characters; got ${shown}`);
    }
    void inbox.sendMessage(1, "hello", undefined, { clientId: "mine" });
    assert.equal(await reasonFor("mine"), "`clientId` must differ from that of a pending message; got mine");
  });
});

it("reconnect decides whether a close code ends the connection", async (t) => {
  const adapter = { reconnect: (code, reason) => (reason === "bye" ? false : code === 1000 || undefined) };
  const { server, inbox, listen } = await start(t, { adapter });
  listen(1);
  (await server.connection()).close(1000, "restart");
  (await server.connection()).close(1001, "bye");
  await eventually("it has ended", () => server.attempts.length === 2 && !inbox.getState().isConnecting);
  inbox.retry();
  await server.connection();
});
