import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";

import { createInbox } from "inbox-socket";
import { WebSocket } from "ws";

import { eventually } from "../support/queue.mjs";
import { read, TestServer } from "../support/server.mjs";
import { wires } from "./table.mjs";

/** @typedef {import("./wire.mjs").Wire} Wire */
/** @typedef {import("./wire.mjs").Step} Step */
/** @typedef {import("./wire.mjs").Frame} Frame */
/** @typedef {import("./wire.mjs").ConversationId} ConversationId */
/** @typedef {import("../support/server.mjs").Connection} Connection */

/** @type {any} */ (globalThis).WebSocket = WebSocket;

for (const wire of wires) {
  const { server } = wire;
  const options = wire.options("http://test");
  const [a, b] = server.conversations;

  describe(wire.application, () => {
    it("delivers each message to the listeners of its conversation, and to those of all conversations", async (t) => {
      const session = await connect(t, wire);
      for (const [mine, other] of [
        [a, b],
        [b, a],
      ]) {
        const message = received(wire, mine, `Hello, ${mine}`);
        say(session.connection(mine), server.message(mine, `Hello, ${mine}`));
        await session.receives(null, message);
        assert.equal(session.count(mine, message), 1);
        assert.equal(session.count(other, message), 0);
        assert.equal(session.count(null, message), 1);
      }
    });

    if (server.others?.(a).length) {
      it("delivers other frames to those whom they concern", async (t) => {
        const session = await connect(t, wire);
        const chats = [a, null].map((conversation) => session.inbox.useWebSocket(conversation));
        say(session.connection(a), server.message(a, "Hello"));
        await roundTrip(session.connection(a));
        const message = received(wire, a, "Hello");
        for (const { lastMessage } of chats) assert.deepEqual(lastMessage, message);
        for (const { frame, to, becomesLast = false } of server.others?.(a) ?? []) {
          const before = session.counts();
          say(session.connection(a), frame);
          await roundTrip(session.connection(a));
          assert.deepEqual(session.countsSince(before), {
            mine: to === "conversation" ? 1 : 0,
            other: 0,
            all: to === "none" ? 0 : 1,
          });
          for (const { lastMessage } of chats) assert.equal(isDeepStrictEqual(lastMessage, message), !becomesLast);
        }
      });
    }

    if (server.sent) {
      it("sends a message in its own shape", async (t) => {
        const session = await connect(t, wire);
        const result = session.send(a, "Hello");
        const frame = await session.hearsMessage(a, "Hello");
        if (server.ack) say(session.connection(a), server.ack(frame));
        const { status, messageId } = /** @type {any} */ (await result);
        assert.equal(status, server.ack ? "delivered" : "sent");
        assert.equal(messageId, server.messageId?.(frame));
        await session.hearsNothing(a);
      });
    }

    it("after a cut, opens and joins again before it sends what was queued meanwhile", async (t) => {
      const session = await connect(t, wire);
      session.server.mode = "hold";
      session.connection(a).cut();
      await session.reconnects();
      const results = server.sent ? [session.send(a, "One"), session.send(a, "Two")] : [];
      session.server.letGo("accept");
      await session.accept(a);
      for (const text of server.sent ? ["One", "Two"] : []) {
        const frame = await session.hearsMessage(a, text);
        if (server.ack) say(session.connection(a), server.ack(frame));
      }
      for (const { status } of await Promise.all(results)) assert.equal(status, server.ack ? "delivered" : "sent");
      say(session.connection(a), server.message(a, "Welcome back"));
      await session.receives(a, received(wire, a, "Welcome back"));
    });

    if (server.opening) {
      it("sends nothing else before its opening is done", async (t) => {
        const session = await start(t, wire);
        session.subscribe(a);
        if (server.sent) void session.send(a, "Hello");
        const connection = await session.server.connection();
        session.connections.set(a, connection);
        const steps = server.opening?.(a) ?? [];
        // The last answer that the page waits for: what the server adds by itself need not be waited for.
        const answer = steps.findLastIndex(({ says }, n) => says !== undefined && steps[n - 1]?.says === undefined);
        if (answer >= 0) {
          const before = steps.splice(0, answer);
          await play(connection, before);
          await roundTrip(connection);
          assert.equal(connection.received.length, before.filter(({ says }) => says === undefined).length);
        }
        await play(connection, [...steps, ...(server.join?.(a) ?? [])]);
        if (server.sent) await session.hearsMessage(a, "Hello");
      });
    }

    if (server.refusedOpening) {
      it("stops if the server refuses the opening, until the page retries", async (t) => {
        const session = await start(t, wire);
        session.subscribe(a);
        const connection = await session.server.connection();
        await play(connection, server.refusedOpening?.(a) ?? []);
        await connection.closed;
        await eventually("the inbox has stopped", () => {
          const { isConnected, isConnecting, error } = session.state(a);
          return !isConnected && !isConnecting && error === server.openingError;
        });
        assert.equal(session.server.attempts.length, 1);
        session.inbox.retry();
        await session.accept(a, [a]);
      });
    }

    if (options.sockets === "each") {
      it("closes only a conversation's own socket after its last listener", async (t) => {
        const session = await connect(t, wire);
        session.unsubscribe(a);
        await session.connection(a).closed;
        say(session.connection(b), server.message(b, "Still here"));
        await session.receives(b, received(wire, b, "Still here"));
      });
    }

    if (server.join) {
      it("joins a conversation once for all its listeners, and leaves it after the last one", async (t) => {
        const session = await connect(t, wire);
        const connection = session.connection(a);
        session.inbox.subscribe(a, () => {})();
        await session.hearsNothing(a);
        session.unsubscribe(a);
        if (server.leave) assert.deepEqual(await connection.next(), read(server.leave(a)));
        await session.hearsNothing(a);
      });
    }

    if (server.join && server.sent) {
      it("joins a conversation without listeners before it sends a message to it, and leaves it afterwards", async (t) => {
        const session = await start(t, wire);
        session.subscribe(b);
        await session.accept(b, [b]);
        const connection = session.connection(b);
        session.connections.set(a, connection);
        void session.send(a, "Hello");
        await play(connection, server.join?.(a) ?? []);
        const frame = await session.hearsMessage(a, "Hello");
        if (server.ack) say(connection, server.ack(frame));
        if (server.leave) assert.deepEqual(await connection.next(), read(server.leave(a)));
        await session.hearsNothing(a);
      });
    }

    if (server.refusedJoin) {
      it("reports a refused join to the conversation's listeners only", async (t) => {
        const session = await start(t, wire);
        session.subscribe(a);
        session.subscribe(b);
        const connection = await session.server.connection();
        await play(connection, server.opening?.(a) ?? []);
        await play(connection, server.refusedJoin?.(a) ?? []);
        await play(connection, server.join?.(b) ?? []);
        say(connection, server.message(b, "Hello"));
        await session.receives(b, received(wire, b, "Hello"));
        const refusal = {
          action: "error",
          code: "join_refused",
          detail: server.joinError,
          conversation_id: a,
        };
        assert.equal(session.count(a, refusal), 1);
        assert.equal(session.count(b, refusal), 0);
      });
    }

    if (server.ack && server.repeats) {
      it("fails a message without an acknowledgement after a cut, and does not repeat it", async (t) => {
        const session = await connect(t, wire);
        const result = session.send(a, "Hello");
        await session.hearsMessage(a, "Hello");
        session.connection(a).cut();
        await session.accept(a);
        assert.equal((await result).status, "failed");
        void session.send(a, "Another");
        await session.hearsMessage(a, "Another");
      });
    } else if (server.ack) {
      it("repeats a message without an acknowledgement after a cut, with the same id", async (t) => {
        const session = await connect(t, wire);
        const result = session.send(a, "Hello");
        const first = await session.hearsMessage(a, "Hello");
        session.connection(a).cut();
        await session.accept(a);
        const second = await session.hearsMessage(a, "Hello");
        assert.equal(server.clientId?.(second), server.clientId?.(first));
        say(session.connection(a), /** @type {any} */ (server).ack(second));
        const { status, messageId } = /** @type {any} */ (await result);
        assert.equal(status, "delivered");
        assert.equal(messageId, server.messageId?.(second));
      });
    }

    if (server.refusal) {
      it("reports a refused message to its sender", async (t) => {
        const session = await connect(t, wire);
        const result = session.send(a, "Hello");
        const frame = await session.hearsMessage(a, "Hello");
        say(session.connection(a), /** @type {any} */ (server).refusal(frame));
        assert.deepEqual(await result, { status: "failed", reason: server.reason });
      });
    }

    if (server.history) {
      const { request, answer, messages } = server.history;

      it("asks for the history of a conversation", async (t) => {
        const session = await connect(t, wire);
        for (const conversation of [b, a]) {
          assert.deepEqual(await session.inbox.requestMessages(conversation), { status: "sent" });
          assert.deepEqual(await session.connection(conversation).next(), read(request(conversation)));
        }
      });

      if (answer) {
        it("delivers each answer to the listeners of the conversation that was asked for", async (t) => {
          const session = await connect(t, wire);
          for (const conversation of [b, a]) {
            void session.inbox.requestMessages(conversation);
            await session.connection(conversation).next();
          }
          for (const [mine, other] of [
            [b, a],
            [a, b],
          ]) {
            const texts = [`first of ${mine}`, `second of ${mine}`];
            const history = {
              action: "messages_response",
              conversation_id: mine,
              messages: messages?.(mine, texts),
            };
            say(session.connection(mine), answer(mine, texts));
            await session.receives(mine, history);
            assert.equal(session.count(mine, history), 1);
            assert.equal(session.count(other, history), 0);
          }
        });
      }
    }

    if (server.ping) {
      const { says, hears } = server.ping;

      it("answers the server's ping", async (t) => {
        const session = await connect(t, wire);
        const counts = session.counts();
        say(session.connection(a), says);
        assert.deepEqual(await session.connection(a).next(), read(hears));
        assert.deepEqual(session.countsSince(counts), { mine: 0, other: 0, all: 0 });
      });
    }

    if (server.protocol) {
      it("offers a subprotocol that the server speaks", async (t) => {
        const session = await connect(t, wire);
        assert.equal(session.connection(a).webSocket.protocol, server.protocol);
      });
    }
  });
}

describe("A page", { concurrency: true }, () => {
  for (const wire of wires) {
    const { heartbeat, conversations } = wire.server;
    if (heartbeat === undefined) continue;
    it(`of ${wire.application} sends a heartbeat`, async (t) => {
      // As often as an interval may be, so that the test need not wait.
      const options = (/** @type {string} */ origin) => {
        const { keepalive, ...rest } = wire.options(origin);
        return { ...rest, keepalive: /** @type {any} */ ({ ...keepalive, every: 1000 }) };
      };
      const session = await connect(t, { ...wire, options });
      assert.deepEqual(await session.connection(conversations[0]).next(), read(heartbeat));
    });
  }
});

/** An inbox with listeners, and the server that it speaks to. */
class Session {
  /** The current connection of each conversation. @type {Map<ConversationId, Connection>} */
  connections = new Map();
  /** What each conversation's listener has received. @type {Map<ConversationId | null, Frame[]>} */
  #heard = new Map();
  /** @type {Map<ConversationId | null, () => void>} */
  #unsubscribe = new Map();

  /**
   * @param {Wire} wire
   * @param {TestServer} server
   */
  constructor(wire, server) {
    this.wire = wire;
    this.server = server;
    this.inbox = createInbox({ reconnectDelays: [1], linger: 1, ...wire.options(server.origin) });
    this.isEach = wire.options("").sockets === "each";
  }

  /** @param {ConversationId | null} conversation */
  subscribe(conversation) {
    const frames = [];
    this.#heard.set(conversation, frames);
    this.#unsubscribe.set(
      conversation,
      this.inbox.subscribe(conversation, (frame) => frames.push(frame)),
    );
  }

  /** @param {ConversationId | null} conversation */
  unsubscribe(conversation) {
    this.#unsubscribe.get(conversation)?.();
  }

  /** @param {ConversationId} conversation @returns {Connection} */
  connection(conversation) {
    return /** @type {any} */ (this.connections.get(conversation));
  }

  /** @param {ConversationId} conversation */
  state(conversation) {
    return this.isEach ? /** @type {any} */ (this.inbox).getState(conversation) : this.inbox.getState();
  }

  /** @param {ConversationId} conversation @param {string} text */
  send(conversation, text) {
    return this.inbox.sendMessage(conversation, this.wire.server.compose?.(text) ?? text);
  }

  /**
   * Accepts the next connection, and plays its opening and the joins on it.
   *
   * @param {ConversationId} conversation the conversation of the connection, with a socket for each
   * @param {ConversationId[]} joined the conversations that the page joins on it
   */
  async accept(conversation, joined = this.isEach ? [conversation] : this.wire.server.conversations) {
    const { opening, join } = this.wire.server;
    const connection = await this.server.connection();
    for (const one of joined) this.connections.set(one, connection);
    await play(connection, opening?.(conversation) ?? []);
    for (const one of joined) await play(connection, join?.(one) ?? []);
  }

  /** Resolves when the client attempts to connect again. */
  async reconnects() {
    const { length } = this.server.attempts;
    for (let taken = 0; taken < length; taken++) await this.server.attempt();
    if (length === this.server.connections.length) await this.server.attempt();
  }

  /** Returns the next frame, which must be the message. @param {ConversationId} conversation @param {string} text */
  async hearsMessage(conversation, text) {
    const frame = await this.connection(conversation).next();
    assert.deepEqual(frame, read(this.wire.server.sent?.(conversation, text, frame)));
    return frame;
  }

  /** Resolves when all that the page has sent has arrived, if it is what the test has taken. */
  async hearsNothing(conversation) {
    const connection = this.connection(conversation);
    await roundTrip(connection);
    assert.deepEqual(connection.untaken, []);
  }

  /** What the listener has received. @param {ConversationId | null} conversation @returns {any[]} */
  heard(conversation) {
    return this.#heard.get(conversation) ?? [];
  }

  /** How often a listener has received the frame. @param {ConversationId | null} conversation @param {Frame} frame */
  count(conversation, frame) {
    return this.heard(conversation).filter((heard) => isDeepStrictEqual(heard, frame)).length;
  }

  /** @param {ConversationId | null} conversation @param {Frame} frame */
  async receives(conversation, frame) {
    const what = () =>
      `${conversation ?? "all"}: ${JSON.stringify(frame)} in ${JSON.stringify(this.heard(conversation))}`;
    await eventually("a listener receives the frame", () => {
      if (this.count(conversation, frame) === 0) throw new Error(what());
      return true;
    });
  }

  /** How many frames the listeners have received. */
  counts() {
    const [mine, other] = this.wire.server.conversations;
    return { mine: this.heard(mine).length, other: this.heard(other).length, all: this.heard(null).length };
  }

  /** @param {{ mine: number, other: number, all: number }} before */
  countsSince(before) {
    const { mine, other, all } = this.counts();
    return { mine: mine - before.mine, other: other - before.other, all: all - before.all };
  }
}

/** Starts an inbox without listeners. @param {import("node:test").TestContext} t @param {Wire} wire */
async function start(t, wire) {
  const server = await TestServer.start({ files: new Map(Object.entries(wire.server.files ?? {})) });
  server.expectsHello = false;
  server.answersHello = false;
  const session = new Session(wire, server);
  t.after(async () => {
    session.inbox.disconnect();
    await server.stop();
  });
  return session;
}

/** Starts an inbox with listeners of both conversations and of all, and connects it. */
async function connect(t, wire) {
  const session = await start(t, wire);
  const [a, b] = wire.server.conversations;
  session.subscribe(a);
  if (session.isEach) await session.accept(a);
  session.subscribe(b);
  session.subscribe(null);
  await session.accept(session.isEach ? b : a);
  // Whatever the server has said so far has reached the listeners after this.
  for (const conversation of session.connections.keys()) await session.hearsNothing(conversation);
  return session;
}

/** Plays a dialogue. @param {Connection} connection @param {Step[]} steps */
async function play(connection, steps) {
  for (const { says, hears } of steps) {
    if (says !== undefined) {
      say(connection, says);
      continue;
    }
    const frame = await connection.next();
    assert.deepEqual(frame, read(typeof hears === "function" ? hears(frame) : hears));
  }
}

/** Sends a frame: an object as JSON, a text as it is. @param {Connection} connection @param {Frame} frame */
function say(connection, frame) {
  if (typeof frame === "string") connection.sendRaw(frame);
  else connection.send(frame);
}

/** Resolves when everything that either side has sent so far has arrived. @param {Connection} connection */
async function roundTrip({ webSocket }) {
  webSocket.ping();
  await once(webSocket, "pong");
}

/** What listeners receive of a message. @param {Wire} wire @param {ConversationId} conversation @param {string} text */
function received({ server }, conversation, text) {
  return (server.received ?? server.message)(conversation, text);
}
