import assert from "node:assert/strict";
import { it } from "node:test";

import { withEachReact } from "../../support/hook.mjs";
import { until } from "../../support/page.mjs";

/** @param {any} id @param {string} text */
const message = (id, text) => ({ conversation_id: id, message: text, type: "TEXT", sender_id: 456 });

/** The texts that a component has received. @param {import("playwright-core").Page} page @param {string} name */
const heard = (page, name) => page.evaluate((name) => probe(name).heard.map(({ message }) => message), name);

/** @param {import("playwright-core").Page} page @param {string} name @param {string} text */
const untilHeard = (page, name, text) =>
  until(page, ([name, text]) => probe(name).heard.some(({ message }) => message === text), [name, text]);

withEachReact("a component", (open) => {
  it("receives the messages of its conversation and no others, with all their members", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => show({ one: { id: 1 }, two: { id: 2 } }));
    const connection = await server.connection();
    connection.send({ ...message(2, "for two"), sender_name: "Ben", extra: { deep: [1] } });
    connection.send(message(1, "for one"));
    await untilHeard(page, "one", "for one");

    assert.deepEqual(await heard(page, "one"), ["for one"]);
    assert.deepEqual(await page.evaluate(() => probe("two").heard), [
      { ...message(2, "for two"), sender_name: "Ben", extra: { deep: [1] } },
    ]);
  });

  it("receives every message if its id is null or undefined", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => show({ list: { id: null }, also: { id: undefined }, one: { id: 1 } }));
    const connection = await server.connection();
    connection.send(message(1, "a"));
    connection.send(message("x", "b"));
    connection.send({ message: "c" });
    connection.send(message(1, "d"));
    await untilHeard(page, "also", "d");

    assert.deepEqual(await heard(page, "list"), ["a", "b", "c", "d"]);
    assert.deepEqual(await heard(page, "also"), ["a", "b", "c", "d"]);
    assert.deepEqual(await heard(page, "one"), ["a", "d"]);
  });

  it('distinguishes 2 from "2", and accepts 0 and the empty string as ids', async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => {
      show({ number: { id: 2 }, text: { id: "2" }, zero: { id: 0 }, empty: { id: "" } });
    });
    const connection = await server.connection();
    connection.send(message(2, "number"));
    connection.send(message("2", "text"));
    connection.send(message(0, "zero"));
    connection.send(message(null, "null"));
    connection.send(message("", "empty"));
    await untilHeard(page, "empty", "empty");

    for (const name of ["number", "text", "zero", "empty"]) assert.deepEqual(await heard(page, name), [name]);
  });

  it("receives the same object as the other listeners, parsed once", async (t) => {
    const { page, server } = await open(t);
    // Without hello, because its reply is parsed too.
    server.expectsHello = false;
    await page.evaluate(() => {
      inbox.configure({ protocol: 0 });
      show({ a: { id: 1 }, b: { id: 1 }, list: { id: null } });
    });
    (await server.connection()).send(message(1, "hi"));
    await untilHeard(page, "list", "hi");

    assert.ok(await page.evaluate(() => probe("a").heard[0] === probe("b").heard[0]));
    assert.ok(await page.evaluate(() => probe("a").heard[0] === probe("list").heard[0]));
    const { framesParsed, framesDelivered } = await page.evaluate(() => /** @type {any} */ (inbox.getStats()));
    assert.deepEqual({ framesParsed, framesDelivered }, { framesParsed: 1, framesDelivered: 3 });
  });

  it("calls the latest callback, without another subscription or handshake", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => {
      const first = [];
      const second = [];
      Object.assign(globalThis, { first, second });
      show({ a: { id: 1, onMessage: (message) => void first.push(message.message) } });
    });
    const connection = await server.connection();
    connection.send(message(1, "to the first"));
    await until(page, () => globalThis["first"].length === 1);
    await page.evaluate(() => {
      show({ a: { id: 1, onMessage: (message) => void globalThis["second"].push(message.message) } });
    });
    // A new subscription would have no last message.
    assert.equal(await page.evaluate(() => probe("a").chat.lastMessage?.message), "to the first");
    connection.send(message(1, "to the second"));
    await until(page, () => globalThis["second"].length === 1);

    assert.deepEqual(await page.evaluate(() => globalThis["first"]), ["to the first"]);
    assert.equal(server.attempts.length, 1);
  });

  it("needs no callback to have the last message", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => show({ a: { id: 1, onMessage: null, reads: ["lastMessage"] } }));
    (await server.connection()).send(message(1, "hi"));
    await until(page, () => probe("a").shown.lastMessage?.message === "hi");
  });

  it("whose id changes receives the new conversation's messages, and has no last message until then", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => show({ a: { id: 1, reads: ["lastMessage"] }, list: { id: null } }));
    const connection = await server.connection();
    connection.send(message(1, "old"));
    await until(page, () => probe("a").shown.lastMessage?.message === "old");

    await page.evaluate(() => show({ a: { id: 2, reads: ["lastMessage"] }, list: { id: null } }));
    assert.equal(await page.evaluate(() => probe("a").shown.lastMessage), null);
    connection.send(message(1, "to one"));
    connection.send(message(2, "to two"));
    await until(page, () => probe("a").shown.lastMessage?.message === "to two");
    assert.deepEqual(await heard(page, "a"), ["old", "to two"]);

    await page.evaluate(() => show({ a: { id: 1, reads: ["lastMessage"] }, list: { id: null } }));
    assert.equal(await page.evaluate(() => probe("a").shown.lastMessage), null);
    assert.equal(server.attempts.length, 1);
  });

  it("switches conversations in the commit of the new id, before effects run", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => {
      const heard = [];
      const Real = WebSocket;
      /** @type {WebSocket} */
      let socket;
      globalThis.WebSocket = class extends Real {
        /** @param {string | URL} url */
        constructor(url) {
          super(url);
          socket = this;
        }
      };
      Object.assign(globalThis, {
        heard,
        component: (id) => ({
          id,
          reads: ["lastMessage"],
          onMessage: ({ message }) => heard.push(`${id}: ${message}`),
        }),
        receive: (frame) => socket.onmessage?.(new MessageEvent("message", { data: JSON.stringify(frame) })),
      });
      show({ a: globalThis["component"](1) });
    });
    await server.connection();
    await until(page, () => inbox.getState().isConnected);
    await page.evaluate(() => {
      showAndThen({ a: globalThis["component"](2) }, () => {
        globalThis["receive"]({ conversation_id: 1, message: "for one" });
        globalThis["receive"]({ conversation_id: 2, message: "for two" });
      });
    });
    await until(page, () => probe("a").shown.lastMessage?.message === "for two");
    assert.deepEqual(await page.evaluate(() => globalThis["heard"]), ["2: for two"]);
    await until(page, () => inbox.getStats()?.listeners === 1);

    await page.evaluate(() => {
      showAndThen({}, () => globalThis["receive"]({ conversation_id: 2, message: "for an unmounted component" }));
    });
    await until(page, () => inbox.getStats()?.listeners === 0);
    assert.deepEqual(await page.evaluate(() => globalThis["heard"]), ["2: for two"]);
  });

  it("receives messages while Suspense hides it", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => show({ a: { id: 1, reads: ["lastMessage"] } }, { suspense: true }));
    const connection = await server.connection();
    await until(page, () => inbox.getState().isConnected);
    await page.evaluate(() => show({ a: { id: 1, reads: ["lastMessage"] } }, { suspense: true, suspended: true }));
    await page.getByText("suspended").waitFor();
    connection.send(message(1, "while hidden"));
    await untilHeard(page, "a", "while hidden");
    await page.evaluate(() => show({ a: { id: 1, reads: ["lastMessage"] } }, { suspense: true }));
    assert.equal(await page.evaluate(() => probe("a").shown.lastMessage?.message), "while hidden");
    connection.send(message(1, "when shown again"));
    await untilHeard(page, "a", "when shown again");
    assert.deepEqual(await heard(page, "a"), ["while hidden", "when shown again"]);
    assert.equal(await page.evaluate(() => inbox.getStats()?.listeners), 1);
  });

  it("receives the reply to its request for history", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => show({ a: { id: 2 }, other: { id: 3 } }));
    const connection = await server.connection();
    await page.evaluate(() => probe("a").chat.requestMessages(2));
    assert.deepEqual(await connection.next(), { action: "get_messages", conversation_id: 2 });
    const reply = { action: "messages_response", conversation_id: 2, messages: [message(2, "before")] };
    connection.send(reply);
    await until(page, () => probe("a").heard.length === 1);

    assert.deepEqual(await page.evaluate(() => probe("a").heard), [reply]);
    assert.deepEqual(await heard(page, "other"), []);
  });

  it("that is unmounted during a call receives nothing more, and the others are still called", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => {
      const calls = [];
      const leave = () => {
        calls.push("leaving");
        show({ stays: { id: 1 } });
      };
      Object.assign(globalThis, { calls });
      show({
        leaving: { id: 1, onMessage: leave },
        taken: { id: 1 },
        stays: { id: 1 },
      });
    });
    const connection = await server.connection();
    connection.send(message(1, "first"));
    connection.send(message(1, "second"));
    await untilHeard(page, "stays", "second");

    assert.deepEqual(await heard(page, "stays"), ["first", "second"]);
    assert.deepEqual(await page.evaluate(() => globalThis["calls"]), ["leaving"]);
    assert.deepEqual(await heard(page, "taken"), []);
    assert.equal(await page.evaluate(() => inbox.getStats()?.listeners), 1);
  });

  it("that is mounted during a call receives the next message", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => {
      const grow = () => show({ first: { id: 1, onMessage: grow }, late: { id: 1 } });
      show({ first: { id: 1, onMessage: grow } });
    });
    const connection = await server.connection();
    connection.send(message(1, "mounts"));
    await until(page, () => probe("late"));
    connection.send(message(1, "is heard"));
    await untilHeard(page, "late", "is heard");

    assert.deepEqual(await heard(page, "late"), ["is heard"]);
  });

  it("shows the last message even if its callback throws", async (t) => {
    const { page, server, complaints } = await open(t);
    await page.evaluate(() => {
      const onMessage = () => {
        throw new Error("a mistake in the page");
      };
      show({ a: { id: 1, reads: ["lastMessage"], onMessage } });
    });
    (await server.connection()).send(message(1, "hi"));
    await until(page, () => probe("a").shown.lastMessage?.message === "hi");
    assert.deepEqual(complaints.splice(0), ["a mistake in the page"]);
  });

  it("receives messages when another component's callback throws, and the error is reported", async (t) => {
    const { page, server, complaints } = await open(t);
    await page.evaluate(() => {
      const onMessage = () => {
        throw new Error("a mistake in the page");
      };
      show({ before: { id: 1 }, throws: { id: 1, onMessage }, after: { id: 1 }, list: { id: null } });
    });
    const connection = await server.connection();
    connection.send(message(1, "one"));
    connection.send(message(1, "two"));
    await untilHeard(page, "list", "two");

    for (const name of ["before", "after", "list"]) assert.deepEqual(await heard(page, name), ["one", "two"]);
    assert.deepEqual(complaints.splice(0), ["a mistake in the page", "a mistake in the page"]);
    assert.equal(server.attempts.length, 1);
  });
});
