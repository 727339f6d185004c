// The frameworks' own clients work with the servers of wires/, and are refused what the real servers refuse.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { until } from "../support/page.mjs";
import { eventually } from "../support/queue.mjs";
import { ActionCable } from "./wires/action-cable.mjs";
import { openWire } from "./wires/page.mjs";
import { Phoenix } from "./wires/phoenix.mjs";
import { Stomp } from "./wires/stomp.mjs";
import { FORBIDDEN } from "./wires/wire.mjs";

describe("the server for Phoenix", () => {
  const SOURCE = `
    const { Socket } = await import("phoenix");
    const socket = new Socket("ws://wire/socket");
    socket.connect();
    const answer = (push) =>
      new Promise((resolve) => {
        for (const status of ["ok", "error"]) push.receive(status, (response) => resolve([status, response]));
      });
    Object.assign(globalThis, { socket, answer, heard: [] });`;

  it("joins, replies, broadcasts and leaves as its client expects", async (t) => {
    const { page, wire } = await open(t, new Phoenix(), SOURCE);
    const answers = await page.evaluate(async () => {
      const { socket, answer } = /** @type {any} */ (globalThis);
      const channel = socket.channel("room:2");
      channel.on("new_msg", ({ body }) => heard.push(body));
      return [
        await answer(channel.join()),
        await answer(channel.push("new_msg", { body: "Hello" })),
        await answer(channel.leave()),
      ];
    });
    assert.deepEqual(answers, [
      ["ok", {}],
      ["ok", {}],
      ["ok", {}],
    ]);
    assert.deepEqual(await page.evaluate(() => heard), ["Hello"]);
    assert.deepEqual(wire.stored, [{ conversation: 2, text: "Hello" }]);
    assert.deepEqual(wire.refused, []);
  });

  it("refuses unknown topics, and a channel that rejects the user", async (t) => {
    const { page } = await open(t, new Phoenix(), SOURCE);
    const answers = await page.evaluate(async (forbidden) => {
      const { socket, answer } = /** @type {any} */ (globalThis);
      return [await answer(socket.channel("other:1").join()), await answer(socket.channel(`room:${forbidden}`).join())];
    }, FORBIDDEN);
    assert.deepEqual(answers, [
      ["error", { reason: "unmatched topic" }],
      ["error", { reason: "unauthorized" }],
    ]);
  });

  it("replies to a push without a join with an error", async (t) => {
    const { page, wire } = await open(t, new Phoenix(), SOURCE);
    await until(page, () => /** @type {any} */ (globalThis).socket.isConnected());
    await page.evaluate(() => {
      const { socket } = /** @type {any} */ (globalThis);
      socket.onMessage((message) => heard.push(message.payload));
      socket.push({ join_ref: null, ref: "7", topic: "room:2", event: "new_msg", payload: { body: "Hello" } });
    });
    await until(page, () => heard.length > 0);
    assert.deepEqual(await page.evaluate(() => heard[0]), {
      status: "error",
      response: { reason: "unmatched topic" },
    });
    assert.deepEqual(wire.stored, []);
  });
});

describe("the server for Action Cable", () => {
  const SOURCE = `
    const { createConsumer } = await import("@rails/actioncable");
    const consumer = createConsumer("ws://wire/cable");
    const events = [];
    const subscribe = (id) => consumer.subscriptions.create({ channel: "ChatChannel", id }, {
      connected: () => events.push("connected " + id),
      rejected: () => events.push("rejected " + id),
      received: ({ body }) => events.push(body),
    });
    Object.assign(globalThis, { consumer, subscribe, events });`;

  it("confirms, rejects, performs and broadcasts as its client expects", async (t) => {
    const { page, wire } = await open(t, new ActionCable(), SOURCE);
    await page.evaluate(() => Object.assign(globalThis, { two: globalThis["subscribe"](2) }));
    await until(page, () => globalThis["events"].includes("connected 2"));
    await page.evaluate((forbidden) => globalThis["subscribe"](forbidden), FORBIDDEN);
    await until(page, (forbidden) => globalThis["events"].includes(`rejected ${forbidden}`), FORBIDDEN);
    await page.evaluate(() => globalThis["two"].perform("speak", { body: "Hello" }));
    await until(page, () => globalThis["events"].includes("Hello"));
    assert.deepEqual(wire.stored, [{ conversation: 2, text: "Hello" }]);
    await page.evaluate(() => globalThis["two"].unsubscribe());
    await eventually("the subscription has gone", () => [...wire.clients][0].joined.size === 0);
    assert.deepEqual(wire.refused, []);
  });

  it("drops what is performed before a subscription", async (t) => {
    const { page, wire } = await open(t, new ActionCable(), SOURCE);
    await page.evaluate(() => {
      const { consumer } = /** @type {any} */ (globalThis);
      consumer.connect();
      const message = { command: "message", identifier: '{"channel":"ChatChannel","id":2}' };
      const send = () =>
        consumer.send({ ...message, data: '{"action":"speak","body":"Hello"}' }) || setTimeout(send, 10);
      send();
    });
    await eventually("it is dropped", () => wire.refused.length === 1);
    assert.match(wire.refused[0], /unable to find the subscription/);
    assert.deepEqual(wire.stored, []);
  });

  it("tells an unauthorized client not to reconnect", async (t) => {
    const { page, wire } = await open(t, Object.assign(new ActionCable(), { isAuthorized: false }), SOURCE);
    await page.evaluate(() => globalThis["subscribe"](2));
    await eventually("it has connected and gone", () => wire.opened === 1 && wire.clients.size === 0);
    assert.deepEqual(await page.evaluate(() => globalThis["events"]), []);
  });

  it("fails the handshake of a browser that requests an unknown subprotocol", async (t) => {
    const { page, wire } = await open(t, new ActionCable(), "");
    const event = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const socket = new WebSocket("ws://wire/cable", "chat.v1");
          socket.onopen = socket.onerror = ({ type }) => resolve(type);
        }),
    );
    assert.equal(event, "error");
    assert.deepEqual(wire.refused, ["the subprotocols chat.v1"]);
  });
});

describe("the server for STOMP", () => {
  const SOURCE = `
    const { Client } = await import("@stomp/stompjs");
    const events = [];
    const client = new Client({
      brokerURL: "ws://wire/stomp",
      reconnectDelay: 0,
      connectHeaders: { host: "wire" },
      onConnect: () => events.push("connected"),
      onStompError: ({ headers }) => events.push(headers.message),
      onWebSocketClose: () => events.push("closed"),
    });
    client.activate();
    Object.assign(globalThis, { client, events });`;

  it("connects, subscribes and sends as its client expects", async (t) => {
    const { page, wire } = await open(t, new Stomp(), SOURCE);
    await until(page, () => globalThis["events"].includes("connected"));
    await page.evaluate(() => {
      const { client, events } = /** @type {any} */ (globalThis);
      client.subscribe("/topic/chat/2", ({ body }) => events.push(JSON.parse(body).text));
      client.publish({
        destination: "/app/chat/2",
        body: JSON.stringify({ text: "Grüße: \\ \n" }),
        headers: { note: "a: \\ \n" },
      });
    });
    await until(page, () => globalThis["events"].includes("Grüße: \\ \n"));
    assert.deepEqual(wire.stored, [{ conversation: 2, text: "Grüße: \\ \n" }]);
    assert.deepEqual(wire.refused, []);
  });

  it("answers a forbidden subscription with ERROR, and closes", async (t) => {
    const { page } = await open(t, new Stomp(), SOURCE);
    await until(page, () => globalThis["events"].includes("connected"));
    await page.evaluate((id) => void globalThis["client"].subscribe(`/topic/chat/${id}`, () => {}), FORBIDDEN);
    await until(page, () => globalThis["events"].includes("closed"));
    assert.deepEqual(await page.evaluate(() => globalThis["events"]), ["connected", "access denied", "closed"]);
  });

  for (const [what, frame, error] of [
    ["a frame before CONNECT", "SEND\ndestination:/app/chat/2\n\n{}\0", /before CONNECTED/],
    ["a CONNECT without a host", "CONNECT\naccept-version:1.2\n\n\0", /needs the header host/],
    ["another version", "CONNECT\naccept-version:1.0\nhost:x\n\n\0", /version must be 1.2/],
    ["a frame without NUL", "CONNECT\naccept-version:1.2\nhost:x\n\n", /must end with NUL/],
  ]) {
    it(`answers ${what} with ERROR, and closes`, async (t) => {
      const { page } = await open(t, new Stomp(), "");
      const answer = await page.evaluate(
        (frame) =>
          new Promise((resolve) => {
            const socket = new WebSocket("ws://wire/stomp", "v12.stomp");
            const received = [];
            socket.onopen = () => socket.send(frame);
            socket.onmessage = ({ data }) => received.push(data);
            socket.onclose = () => resolve(received.join(""));
          }),
        String(frame),
      );
      assert.match(answer, /^ERROR\n/);
      assert.match(answer, /** @type {RegExp} */ (error));
    });
  }
});

/** Opens a page that runs the source. @param {import("node:test").TestContext} t */
async function open(t, wire, source) {
  const opened = await openWire(t, wire, { folder: "adapters", source });
  await opened.page.evaluate(() => globalThis["enter"]());
  return { ...opened, wire };
}
