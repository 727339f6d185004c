import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { until } from "../support/page.mjs";
import { eventually } from "../support/queue.mjs";
import { blocks, pages } from "./blocks.mjs";
import { ActionCable } from "./wires/action-cable.mjs";
import { ChannelsInbox, ChannelsRooms } from "./wires/channels.mjs";
import { openWire, REACT } from "./wires/page.mjs";
import { Phoenix } from "./wires/phoenix.mjs";
import { Rooms } from "./wires/rooms.mjs";
import { SocketIo } from "./wires/socket-io.mjs";
import { Stomp } from "./wires/stomp.mjs";
import { FORBIDDEN } from "./wires/wire.mjs";
import { inWorkshop } from "./workshop.mjs";

const PAGE = "docs/adapters.md";
const TOKEN = "token-of-ana";

/** @typedef {import("playwright-core").Page} Page */

/**
 * @typedef {object} Recipe
 * @property {string} file the block's name
 * @property {() => any} wire creates its server
 * @property {(id: number, text: string) => object} frame what listeners receive for another user's message
 * @property {boolean} [acknowledged] whether the server acknowledges messages
 * @property {boolean} [joins] whether a user can't join the forbidden conversation
 */

/** @param {number} id @param {string} text */
const room = (id, text) => ({ data: { chat_room_id: id, text } });

/** @type {Recipe[]} */
const RECIPES = [
  { file: "shortest.ts", wire: () => new Rooms(), frame: room },
  { file: "sending.ts", wire: () => new Rooms(), frame: room },
  { file: "joins.ts", wire: () => new Rooms({ joins: true }), frame: room, joins: true },
  { file: "authentication.ts", wire: () => new Rooms({ token: TOKEN }), frame: room },
  { file: "acknowledgements.ts", wire: () => new Rooms(), frame: room, acknowledged: true },
  { file: "refusals.ts", wire: () => new Rooms({ acknowledges: true }), frame: room, acknowledged: true },
  { file: "history.ts", wire: () => new Rooms(), frame: room },
  { file: "ping.ts", wire: () => new Rooms({ pingEvery: 100 }), frame: room },
  { file: "each.ts", wire: () => new ChannelsRooms(), frame: (_, text) => ({ message: text, sender: "ben" }) },
  { file: "channels.ts", wire: () => new ChannelsInbox(), frame: (id, body) => ({ conversation_id: id, body }) },
  { file: "phoenix.ts", wire: () => new Phoenix(), frame: (_, body) => ({ body }), acknowledged: true, joins: true },
  { file: "action-cable.ts", wire: () => new ActionCable(), frame: (_, body) => ({ body }), joins: true },
  { file: "stomp.ts", wire: () => new Stomp(), frame: (_, text) => ({ text }) },
  { file: "socket-io.ts", wire: () => new SocketIo(), frame: (id, text) => ({ room: id, text }) },
];

for (const { file, wire: create, frame, acknowledged, joins } of RECIPES) {
  describe(`the adapter ${file}`, () => {
    it("delivers each message to its conversation only", async (t) => {
      const { page, wire } = await open(t, file, create());
      await subscribe(page, 1, 2);
      await connected(page);
      // The joins may still be under way: the page's own message returns after them.
      for (const id of [1, 2]) await page.evaluate((id) => inbox.sendMessage(id, "ready"), id);
      await until(page, () => heard[1].length > 0 && heard[2].length > 0);
      await forget(page);
      wire.post(1, "for one");
      wire.post(2, "for two");
      await until(page, () => heard[1].length > 0 && heard[2].length > 0);
      assert.deepEqual(await page.evaluate(() => heard), { 1: [frame(1, "for one")], 2: [frame(2, "for two")] });
      assert.deepEqual(wire.refused, []);
    });

    it("sends messages, and queues them in order during an outage", async (t) => {
      const { page, line, wire } = await open(t, file, create());
      await subscribe(page, 1, 2);
      await connected(page);
      const status = acknowledged ? "delivered" : "sent";
      assert.equal((await page.evaluate(() => inbox.sendMessage(2, "before"))).status, status);
      await eventually("it is stored", () => wire.stored.length === 1);

      line.refuse();
      await until(page, () => [1, 2].every((id) => !inbox.getState(id).isConnected));
      await page.evaluate(() => {
        const sent = [inbox.sendMessage(2, "one"), inbox.sendMessage(2, "two")];
        globalThis["sent"] = Promise.all(sent);
      });
      await line.mend();
      await page.evaluate(() => inbox.retry());
      const results = await page.evaluate(() => globalThis["sent"]);
      assert.deepEqual(
        results.map((result) => result.status),
        [status, status],
      );
      await eventually("all are stored", () => wire.stored.length === 3);
      assert.deepEqual(
        wire.stored,
        ["before", "one", "two"].map((text) => ({ conversation: 2, text })),
      );
      assert.deepEqual(wire.refused, []);

      await connected(page);
      await forget(page);
      wire.post(2, "again");
      await until(page, () => heard[2].length === 1);
    });

    if (joins) {
      it("tells only the listeners of a conversation that joining it was refused", async (t) => {
        const { page, wire } = await open(t, file, create());
        await subscribe(page, 2, FORBIDDEN);
        const refusal = await until(page, (id) => heard[id][0], FORBIDDEN);
        const { detail, ...rest } = refusal;
        assert.deepEqual(rest, { action: "error", code: "join_refused", conversation_id: FORBIDDEN });
        assert.match(detail, /\w/);
        await page.evaluate(() => inbox.sendMessage(2, "Hello"));
        await eventually("it is stored", () => wire.stored.length === 1);
        assert.equal(await page.evaluate(() => heard[2].some(({ action }) => action !== undefined)), false);
      });
    }
  });
}

describe("a component", () => {
  it("shows the messages of its room, and sends", async (t) => {
    const source = `
      await import("./shortest.ts");
      const { Room } = await import("./Room.tsx");
      createRoot(document.getElementById("root")!).render(<><Room id={1} /><Room id={2} /></>);`;
    const wire = new Rooms();
    const { page } = await openWire(t, wire, { folder: "adapters", source, imports: REACT });
    await page.evaluate(() => globalThis["enter"]());
    await page.getByText("connected", { exact: true }).first().waitFor();
    wire.post(2, "Hi");
    await page.getByText("Hi", { exact: true }).waitFor();
    await page.getByRole("button").first().click();
    await page.getByText("Hello", { exact: true }).waitFor();
    assert.deepEqual(wire.stored, [{ conversation: 1, text: "Hello" }]);
  });
});

describe("joins", () => {
  it("are left when the last listener has gone", async (t) => {
    const { page, wire } = await open(t, "joins.ts", new Rooms({ joins: true }));
    await page.evaluate(() => {
      const ends = [1, 1].map((id) => inbox.subscribe(id, () => {}));
      Object.assign(globalThis, { ends });
      inbox.subscribe(2, () => {});
    });
    const joined = () => [...[...wire.clients][0].joined.keys()].sort();
    await eventually("both are joined", () => joined().length === 2);
    await page.evaluate(() => globalThis["ends"][0]());
    await page.evaluate(() => inbox.sendMessage(2, "after the first one has gone"));
    assert.deepEqual(joined(), [1, 2]);
    await page.evaluate(() => globalThis["ends"][1]());
    await eventually("one is left", () => joined().length === 1);
    assert.deepEqual(joined(), [2]);
  });
});

describe("a message to a conversation without listeners", () => {
  for (const [file, wire, joined] of /** @type {[string, any, (wire: any) => number][]} */ ([
    ["joins.ts", new Rooms({ joins: true }), ({ clients }) => [...clients][0].joined.size],
    ["phoenix.ts", new Phoenix(), ({ clients }) => [...clients][0].joined.size],
  ])) {
    it(`joins it until the message is sent: ${file}`, async (t) => {
      const { page } = await open(t, file, wire);
      await subscribe(page, 2);
      await connected(page);
      await page.evaluate(() => inbox.sendMessage(3, "Hello"));
      await eventually("it is stored", () => wire.stored.length === 1);
      await eventually("the conversation is left", () => joined(wire) === 1);
      assert.deepEqual(wire.refused, []);
    });
  }
});

describe("authentication by the first frame", () => {
  it("precedes everything else, however long the token takes", async (t) => {
    const { page, wire } = await open(t, "authentication.ts", new Rooms({ token: TOKEN }));
    await page.evaluate(() => {
      globalThis.fetch = () => new Promise((resolve) => Object.assign(globalThis, { answer: resolve }));
    });
    await subscribe(page, 2);
    await page.evaluate(() => void inbox.sendMessage(2, "Hello"));
    await until(page, () => typeof globalThis["answer"] === "function");
    await page.evaluate((token) => globalThis["answer"](new Response(token)), TOKEN);
    await until(page, () => heard[2].length === 1);
    assert.deepEqual(wire.refused, []);
  });

  /** @type {{file: string, wire: any, reason: string, allow: (wire: any) => void}[]} */
  const REFUSALS = [
    {
      file: "authentication.ts",
      wire: new Rooms({ token: "another" }),
      reason: "The token has expired.",
      allow: (wire) => (wire.token = TOKEN),
    },
    {
      file: "action-cable.ts",
      wire: Object.assign(new ActionCable(), { isAuthorized: false }),
      reason: "unauthorized",
      allow: (wire) => (wire.isAuthorized = true),
    },
    {
      file: "stomp.ts",
      wire: Object.assign(new Stomp(), { passcode: "secret" }),
      reason: "Bad credentials",
      allow: (wire) => (wire.passcode = undefined),
    },
    {
      file: "socket-io.ts",
      wire: Object.assign(new SocketIo(), { token: "another" }),
      reason: "The token has expired.",
      allow: (wire) => (wire.token = TOKEN),
    },
  ];
  for (const { file, wire, reason, allow } of REFUSALS) {
    it(`shows a refusal and stops, until retry(): ${file}`, async (t) => {
      const { page } = await open(t, file, wire);
      await subscribe(page, 2);
      await until(page, () => inbox.getState().error);
      const { error, isConnecting } = await page.evaluate(() => inbox.getState());
      assert.equal(error, reason);
      assert.equal(isConnecting, false);
      assert.equal(wire.opened, 1);
      allow(wire);
      await page.evaluate(() => inbox.retry());
      await page.evaluate(() => inbox.sendMessage(2, "Hello"));
      await eventually("it is stored", () => wire.stored.length === 1);
    });
  }
});

describe("acknowledgements", () => {
  it("make the client send a message again, which the server stores once", async (t) => {
    const { page, line, wire } = await open(t, "refusals.ts", new Rooms({ acknowledges: true }));
    await subscribe(page, 2);
    await connected(page);
    wire.isSilent = true;
    await page.evaluate(() => {
      globalThis["sent"] = inbox.sendMessage(2, "Hello");
    });
    await eventually("it is stored", () => wire.stored.length === 1);
    line.cut();
    wire.isSilent = false;
    await until(page, () => !inbox.getState().isConnected);
    await page.evaluate(() => inbox.retry());
    assert.equal((await page.evaluate(() => globalThis["sent"])).status, "delivered");
    assert.deepEqual(wire.stored, [{ conversation: 2, text: "Hello" }]);
  });

  it("can refuse a message with a reason", async (t) => {
    const { page } = await open(t, "refusals.ts", new Rooms({ acknowledges: true }));
    const result = await page.evaluate((id) => inbox.sendMessage(id, "Hello"), FORBIDDEN);
    assert.deepEqual(result, { status: "failed", reason: "Not a member." });
  });
});

describe("the history", () => {
  it("reaches the listeners of its conversation", async (t) => {
    const { page } = await open(t, "history.ts", new Rooms());
    await subscribe(page, 1, 2);
    await page.evaluate(() => inbox.sendMessage(2, "Hello"));
    await until(page, () => heard[2].length === 1);
    await forget(page);
    await page.evaluate(() => inbox.requestMessages(2));
    await until(page, () => heard[2].length === 1);
    assert.deepEqual(await page.evaluate(() => heard), {
      1: [],
      2: [{ action: "messages_response", conversation_id: 2, messages: [{ text: "Hello" }] }],
    });
  });
});

describe("keepalive", () => {
  const QUICK = { pingInterval: 100, pingTimeout: 5_000 };
  for (const { file, wire } of [
    { file: "ping.ts", wire: new Rooms({ pingEvery: 100 }) },
    { file: "socket-io.ts", wire: new SocketIo(QUICK) },
  ]) {
    it(`answers the server's pings: ${file}`, async (t) => {
      const { page } = await open(t, file, wire);
      await subscribe(page, 2);
      await eventually("three pings are answered", () => wire.pongs >= 3);
      assert.equal(wire.opened, 1);
      assert.deepEqual(await page.evaluate(() => heard[2]), []);
    });
  }

  it("keeps a connection to Phoenix open", async (t) => {
    const path = inWorkshop("adapters", "phoenix-quick.ts");
    const text = await readFile(inWorkshop("adapters", "phoenix.ts"), "utf8");
    assert.ok(text.includes("every: 30_000"));
    await writeFile(path, text.replace("every: 30_000", "every: 1_000"));
    const wire = new Phoenix();
    const { page } = await open(t, "phoenix-quick.ts", wire);
    await subscribe(page, 2);
    await eventually("a heartbeat arrives", () => [...wire.clients].some(({ pongs }) => pongs > 0));
    assert.deepEqual(await page.evaluate(() => heard[2]), []);
  });
});

describe("subprotocols", () => {
  it("may contain a token", async (t) => {
    const wire = new Rooms();
    /** @type {string[]} */
    let offered = [];
    wire.chooseProtocol = (protocols) => {
      offered = [...protocols];
      return "chat.v1";
    };
    const { page } = await open(t, "subprotocols.ts", wire);
    await subscribe(page, 2);
    await connected(page);
    assert.deepEqual(offered, ["chat.v1", `token.${TOKEN}`]);
  });
});

describe("Action Cable", () => {
  it("is connected to again after it has restarted", async (t) => {
    const { page, wire } = await open(t, "action-cable.ts", new ActionCable());
    await subscribe(page, 2);
    await page.evaluate(() => inbox.sendMessage(2, "before"));
    await eventually("it is stored", () => wire.stored.length === 1);
    wire.restart();
    await eventually("the client connects again", () => wire.opened === 2);
    await page.evaluate(() => inbox.sendMessage(2, "after"));
    await eventually("it is stored", () => wire.stored.length === 2);
  });
});

describe("the errors in docs/adapters.md", () => {
  const pageText = pages.get(PAGE) ?? "";

  /** Each mistake, with the documented beginning of the error. @type {[string, string][]} */
  const REFUSED = [
    ["{ onopen() {} }", "unknown option `adapter.onopen`; the options are conversationId, incoming, "],
    ["{ conversationId: 7 }", '`adapter.conversationId` must be a path such as "data.room_id", or a function; got 7'],
    [
      '{ conversationId: "data", incoming: () => null }',
      "`adapter.conversationId` must not be set with `adapter.incoming`",
    ],
  ];
  for (const [adapter, error] of REFUSED) {
    it(`reported, and shown in \`error\`: ${error}`, async (t) => {
      const shown = `Unable to load inbox-socket: ${error}`;
      assert.ok(pageText.includes(shown));
      const { page, complaints } = await openPlain(t, adapter, "inbox.subscribe(2, () => {});");
      await page.evaluate(() => globalThis["enter"]());
      const state = await until(page, () => globalThis["inbox"].getState().error);
      assert.ok(state?.startsWith(shown), String(state));
      const [complaint, ...others] = complaints.splice(0);
      assert.ok(complaint?.startsWith(error), complaint);
      assert.deepEqual(others, []);
    });
  }

  const REPORTED = [
    [
      '{ conversationId: "data" }',
      "`adapter.conversationId` must give a number up to 2^53 - 1, a string, null or undefined; got ",
    ],
    [
      "{ incoming: async () => null }",
      "`adapter.incoming` must return { conversationId, frame }, an array of them, null or undefined; got a promise",
    ],
    ["{ join: () => new Promise(() => {}) }", "`adapter.join` must settle within 2500 ms; it has not for 2"],
  ];
  for (const [adapter, error] of REPORTED) {
    it(`reported once: ${error}`, async (t) => {
      assert.ok(pageText.includes(error));
      const { page, wire, complaints } = await openPlain(t, adapter, "inbox.subscribe(2, () => {});");
      await page.evaluate(() => globalThis["enter"]());
      await until(page, () => globalThis["inbox"].getState().isConnected);
      for (const text of ["the same", "the same"]) wire.post(2, text);
      await eventually("it is reported", () => complaints.length > 0);
      const reports = complaints.splice(0);
      assert.equal(reports.length, 1);
      assert.ok(reports[0]?.startsWith(error), reports[0]);
    });
  }

  const FAILED = [
    [
      "{ outgoing: () => undefined }",
      'inbox.sendMessage(2, "Hello")',
      "`adapter.outgoing` must return an object, an array or a non-empty string; got undefined",
    ],
    ["{}", "inbox.requestMessages(2)", "`adapter.history` must be set to request messages"],
  ];
  for (const [adapter, call, error] of FAILED) {
    it(`the reason of a failure: ${error}`, async (t) => {
      assert.ok(pageText.includes(String(error)));
      const { page } = await openPlain(t, adapter, `return ${call};`);
      const result = await page.evaluate(() => globalThis["enter"]());
      assert.deepEqual(result, { status: "failed", reason: error });
    });
  }

  /** Opens a page with an adapter. @param {import("node:test").TestContext} t */
  async function openPlain(t, adapter, then) {
    const wire = new Rooms();
    const source = `
      const inbox = await import("inbox-socket");
      Object.assign(globalThis, { inbox });
      inbox.configure({ adapter: ${adapter} } as any);
      ${then}`;
    return { ...(await openWire(t, wire, { folder: "adapters", source })), wire };
  }
});

it("every block of docs/adapters.md has a test here", () => {
  const tested = new Set([...RECIPES.map(({ file }) => file), "Room.tsx", "subprotocols.ts"]);
  const untested = blocks.filter(
    ({ page, name, language }) => page === PAGE && language !== "text" && !tested.has(name ?? ""),
  );
  assert.deepEqual(
    untested.map(({ name }) => name),
    [],
  );
});

/** Opens a page that runs a block of docs/adapters.md. @param {import("node:test").TestContext} t @param {string} file */
async function open(t, file, wire) {
  const source = `
    const inbox = await import("inbox-socket");
    Object.assign(globalThis, { inbox, heard: {} });
    globalThis.fetch = async () => new Response(${JSON.stringify(TOKEN)});
    localStorage.setItem("token", ${JSON.stringify(TOKEN)});
    await import("./${file}");`;
  const opened = await openWire(t, wire, { folder: "adapters", source });
  await opened.page.evaluate(() => globalThis["enter"]());
  return { ...opened, wire };
}

/** Collects the frames of conversations in `heard`. @param {Page} page @param {number[]} ids */
async function subscribe(page, ...ids) {
  await page.evaluate((ids) => {
    for (const id of ids) {
      heard[id] = [];
      inbox.subscribe(id, (frame) => heard[id].push(frame));
    }
  }, ids);
}

/** Waits until the page has a connection for each listener. @param {Page} page */
async function connected(page) {
  await until(page, () => Object.keys(heard).every((id) => inbox.getState(Number(id)).isConnected));
}

/** Forgets the frames received so far. @param {Page} page */
async function forget(page) {
  await page.evaluate(() => {
    for (const id of Object.keys(heard)) heard[id] = [];
  });
}
