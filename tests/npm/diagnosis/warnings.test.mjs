import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Console } from "../../support/console.mjs";
import { until } from "../../support/page.mjs";
import { openRoot } from "../../support/root.mjs";

/**
 * A mistake, how a page makes it, and the warning about it.
 *
 * @typedef {object} Mistake
 * @property {string} what
 * @property {RegExp} warning the cause and the fix
 * @property {Record<string, string>} [headers]
 * @property {(server: import("../../support/server.mjs").TestServer) => void} [server] prepares the server
 * @property {(origin: string) => import("inbox-socket").Options} [options]
 * @property {(opened: Awaited<ReturnType<typeof openRoot>>) => Promise<unknown>} happens makes the mistake twice; when
 *   it resolves, nothing more can be printed
 */

const WASM_FORBIDDEN = { "content-security-policy": "script-src 'self'" };
const SOCKETS_FORBIDDEN = { "content-security-policy": "connect-src 'none'" };

/** @type {Mistake[]} */
const MISTAKES = [
  {
    what: "a policy that forbids WebAssembly",
    warning: /forbids WebAssembly\. Add 'wasm-unsafe-eval' to its script-src/,
    headers: WASM_FORBIDDEN,
    happens: async ({ page }) => {
      await until(page, () => inbox.getState().error);
      await page.evaluate(() => inbox.retry());
      await until(page, () => inbox.getState().error);
    },
  },
  {
    what: "a policy that forbids the connection",
    warning:
      /forbids connecting to ws:\/\/127\.0\.0\.1:\d+\/ws\/inbox\/\. Add ws:\/\/127\.0\.0\.1:\d+ to its connect-src/,
    headers: SOCKETS_FORBIDDEN,
    options: () => ({ connectTimeout: 500, maxAttempts: 4 }),
    happens: ({ page }) => until(page, () => inbox.getState().error?.startsWith("Unable to connect.")),
  },
  {
    what: "a server that refuses every handshake",
    warning: /3 connection attempts to .* failed\. Is the server running.*origin, http:\/\/127.*Upgrade and Connection/,
    server: (server) => void (server.mode = "refuse"),
    options: () => ({ maxAttempts: 4 }),
    happens: ({ page }) => until(page, () => inbox.getState().error?.startsWith("Unable to connect.")),
  },
  {
    what: "a server that speaks only layer 0",
    warning: /does not know "hello".*Implement layer 1 on the server.*configure\(\{ protocol: 0 \}\)/,
    happens: async ({ page, server }) => {
      (await server.connection()).cut();
      const again = await server.connection();
      again.send({ conversation_id: 1, message: "hi" });
      await until(page, () => inbox.getStats()?.framesDelivered === 1);
    },
  },
  {
    what: "a server that does not answer hello",
    warning: /has not answered "hello".*configure\(\{ protocol: 0 \}\)/,
    server: (server) => void (server.answersHello = false),
    // Two connections: the client gives up the first one because the server stays silent.
    happens: async ({ server }) => {
      await server.connection();
      await server.connection();
    },
  },
  {
    what: "a server that closes because of hello",
    warning: /closed the connection with 1011 right after "hello", 2 times in a row.*configure\(\{ protocol: 0 \}\)/,
    server: (server) => void (server.answersHello = false),
    happens: async ({ server }) => {
      for (let times = 0; times < 2; times += 1) (await server.connection()).close(1011);
      server.expectsHello = false;
      await server.connection();
    },
  },
  {
    what: "an address that begins with http:",
    warning: /the url is an http: address and is read as ws:\/\/.*\/chat\. Write that, or only a path/,
    options: (origin) => ({ url: `${origin}/chat`, protocol: 0 }),
    server: (server) => void (server.expectsHello = false),
    happens: ({ server }) => server.connection(),
  },
  {
    what: "an address without a scheme",
    warning: /"chat\.example\.com\/ws" is a path relative to the page, ws:.*start it with wss:\/\//,
    options: () => ({ url: "chat.example.com/ws", protocol: 0 }),
    server: (server) => void (server.expectsHello = false),
    happens: ({ server }) => server.connection(),
  },
  {
    what: "a server that closes with 1000",
    warning: /closed the connection with 1000.*reconnect until you call retry\(\).*1001 or 1012/,
    options: () => ({ protocol: 0 }),
    server: (server) => void (server.expectsHello = false),
    happens: async ({ page, server }) => {
      for (let times = 0; times < 2; times += 1) {
        const connection = await server.connection();
        await until(page, () => inbox.getState().isConnected);
        connection.close(1000);
        await until(page, () => !inbox.getState().isConnected);
        await page.evaluate(() => inbox.retry());
      }
    },
  },
  {
    what: "a server that closes with 4401",
    warning: /with 4401.*cookie reach ws:\/\/.*\/ws\/inbox\/.*a fresh token/,
    options: () => ({ protocol: 0 }),
    server: (server) => void (server.expectsHello = false),
    happens: async ({ page, server }) => {
      for (let times = 0; times < 2; times += 1) (await server.connection()).close(4401);
      await until(page, () => inbox.getState().error?.includes("expired"));
    },
  },
  {
    what: "a server that closes with 4403",
    warning: /with 4403.*allow this page's origin, http:\/\/127/,
    options: () => ({ protocol: 0 }),
    server: (server) => void (server.expectsHello = false),
    happens: async ({ page, server }) => {
      (await server.connection()).close(4403);
      await until(page, () => inbox.getState().error?.includes("not allowed"));
    },
  },
];

/** @param {import("node:test").TestContext} t @param {Mistake} mistake @param {import("../../support/bundle.mjs").Mode} mode */
async function make(t, { headers, server, options, happens }, mode) {
  const opened = await openRoot(t, { headers, mode });
  server?.(opened.server);
  const warnings = new Console(opened.page, "warning");
  /** @type {string[]} */
  const loaded = [];
  opened.page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  await opened.page.evaluate((options) => {
    inbox.configure({ reconnectDelays: [1], ...options });
    inbox.subscribe(1, () => {});
  }, options?.(opened.server.origin) ?? {});
  await happens(opened);
  return { ...opened, warnings, loaded };
}

/** Removes our warnings and the browser's reports about a policy from the page's complaints. */
function takeComplaints(/** @type {string[]} */ complaints) {
  const left = complaints.splice(0).filter((text) => !/^inbox-socket: |Content.Security.Policy/i.test(text));
  complaints.push(...left);
}

describe("in development", () => {
  for (const mistake of MISTAKES) {
    it(`${mistake.what} causes one warning, with the fix`, async (t) => {
      const { warnings, complaints } = await make(t, mistake, "development");
      assert.match(await warnings.next(), mistake.warning);
      takeComplaints(complaints);
      assert.equal(warnings.lines.length, 1, warnings.lines.join("\n"));
    });
  }

  it("nothing is printed without a mistake", async (t) => {
    const { page, server } = await openRoot(t, { mode: "development" });
    server.answersHello = false;
    const consoles = [new Console(page, "warning"), new Console(page, "log")];
    await page.evaluate(() => void inbox.subscribe(1, () => {}));
    const connection = await server.connection();
    connection.send({ action: "welcome", protocol: 1, user_id: 1, heads: {} });
    await until(page, () => inbox.getStats()?.assured);
    connection.cut();
    await server.connection();
    assert.deepEqual(
      consoles.flatMap(({ lines }) => lines),
      [],
    );
  });

  it("protocol: 0 silences the warning about layer 0", async (t) => {
    const { page, server } = await openRoot(t, { mode: "development" });
    server.expectsHello = false;
    await page.evaluate(() => {
      inbox.configure({ protocol: 0 });
      inbox.subscribe(1, () => {});
    });
    (await server.connection()).send({ conversation_id: 1, message: "hi" });
    await until(page, () => inbox.getStats()?.framesDelivered === 1);
  });

  it("a token in the address is not printed", async (t) => {
    const { page, server, complaints } = await openRoot(t, { mode: "development" });
    server.mode = "refuse";
    const warnings = new Console(page, "warning");
    await page.evaluate(() => {
      inbox.configure({ url: () => `${location.origin}/ws/?token=secret`, reconnectDelays: [1] });
      inbox.subscribe(1, () => {});
    });
    const warning = await warnings.next();
    complaints.splice(0);
    assert.match(warning, /attempts to .*\/ws\/\?… failed/);
    assert.doesNotMatch(warning, /secret/);
  });

  it("two inboxes that use the same address cause one warning", async (t) => {
    const { page, server, complaints } = await openRoot(t, { mode: "development" });
    server.expectsHello = false;
    const warnings = new Console(page, "warning");
    await page.evaluate(() => {
      for (let count = 0; count < 3; count += 1) {
        inbox.createInbox({ url: "/same/?token=secret", protocol: 0 }).subscribe(1, () => {});
      }
    });
    const connections = [await server.connection(), await server.connection(), await server.connection()];
    const warning = await warnings.next();
    assert.match(warning, /^two inboxes use the address ws:\/\/127.*\/same\/\?…: each has .* Create one and share it/);
    // After the checks of all three inboxes: a browser runs timers in the order in which they are due.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1_100)));
    assert.deepEqual([warnings.lines.length, connections.length], [1, 3]);
    complaints.splice(0);
  });

  it("two inboxes that use different addresses, or one after the other, cause no warning", async (t) => {
    const { page, server } = await openRoot(t, { mode: "development" });
    server.expectsHello = false;
    await page.evaluate(() => {
      inbox.createInbox({ url: "/one/", protocol: 0 }).subscribe(1, () => {});
      const end = inbox.createInbox({ url: "/two/", protocol: 0 }).subscribe(1, () => {});
      Object.assign(globalThis, { end });
    });
    await server.connection();
    const connections = [...server.connections];
    await server.connection();
    assert.ok(connections.length > 0);
    await page.evaluate(() => {
      globalThis["end"]();
      inbox.createInbox({ url: "/two/", protocol: 0 }).subscribe(1, () => {});
    });
    await server.connection();
    // As above.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1_100)));
  });

  it("each of two inboxes whose server refuses it causes a warning", async (t) => {
    const { page, server, complaints } = await openRoot(t, { mode: "development" });
    server.mode = "refuse";
    const warnings = new Console(page, "warning");
    await page.evaluate(() => {
      for (const url of ["/one/", "/two/"]) {
        inbox.createInbox({ url, reconnectDelays: [1] }).subscribe(1, () => {});
      }
    });
    const texts = [await warnings.next(), await warnings.next()].sort();
    complaints.splice(0);
    assert.match(texts[0], /attempts to .*\/one\/ failed/);
    assert.match(texts[1], /attempts to .*\/two\/ failed/);
  });

  it("an address in the place of a conversation's id causes a warning", async (t) => {
    const { page, server, complaints } = await openRoot(t, { mode: "development" });
    server.expectsHello = false;
    const warnings = new Console(page, "warning");
    await page.evaluate(() => {
      inbox.configure({ protocol: 0 });
      inbox.useWebSocket("wss://chat.example.com/ws/?token=secret", () => {});
    });
    assert.match(
      await warnings.next(),
      /^useWebSocket\("wss:\/\/chat\.example\.com\/ws\/\?…"\) .*an id, and not an address.*configure\(\{ url \}\)/,
    );
    complaints.splice(0);
  });

  it("a frame called hello on another wire causes no warning about layer 1", async (t) => {
    const { page, server } = await openRoot(t, { mode: "development" });
    server.expectsHello = server.answersHello = false;
    await page.evaluate(() => {
      const adapter = { conversationId: "conversation_id", onOpen: ({ send }) => send({ action: "hello" }) };
      inbox.configure({ adapter, reconnectDelays: [1] });
      inbox.subscribe(1, () => {});
    });
    for (let times = 0; times < 2; times += 1) {
      const connection = await server.connection();
      assert.deepEqual(await connection.next(), { action: "hello" });
      connection.close(1011);
    }
    const connection = await server.connection();
    connection.send({ conversation_id: 1, message: "hi" });
    await until(page, () => inbox.getStats()?.framesDelivered === 1);
  });

  it("a socket for each conversation causes no warning when each is refused once", async (t) => {
    const { page, server } = await openRoot(t, { mode: "development" });
    server.mode = "refuse";
    await page.evaluate(() => {
      inbox.configure({
        sockets: "each",
        url: ({ conversationId }) => `/ws/${conversationId}/`,
        reconnectDelays: [60_000],
      });
      for (const id of [1, 2, 3, 4]) inbox.subscribe(id, () => {});
    });
    await until(page, () => [1, 2, 3, 4].every((id) => inbox.getState(id).error));
  });

  it("debug: false silences all warnings", async (t) => {
    const { page, server } = await openRoot(t, { mode: "development" });
    await page.evaluate(() => {
      inbox.configure({ debug: false });
      inbox.subscribe(1, () => {});
    });
    (await server.connection()).send({ conversation_id: 1, message: "hi" });
    await until(page, () => inbox.getStats()?.framesDelivered === 1);
  });

  it("ws: on a page loaded over https: causes a warning", async (t) => {
    const { page, complaints, ...opened } = await openRoot(t, { mode: "development" });
    await page.route("https://inbox.test/**", async (route) => {
      const response = await page.request.get(opened.server.origin + new URL(route.request().url()).pathname);
      await route.fulfill({ response });
    });
    await page.goto("https://inbox.test/");
    const warnings = new Console(page, "warning");
    await page.evaluate(() => {
      inbox.configure({ url: "ws://chat.example.com/ws/", reconnectDelays: [1], maxAttempts: 3 });
      inbox.subscribe(1, () => {});
    });
    await until(page, () => inbox.getState().error?.startsWith("Unable to connect."));
    assert.equal(warnings.lines.length, 1, warnings.lines.join("\n"));
    assert.match(warnings.lines[0], /loaded over https: may not connect to ws:\/\/chat\.example\.com\/ws\/\. Use wss:/);
    complaints.splice(0);
  });
});

describe("in production", () => {
  for (const mistake of MISTAKES) {
    it(`${mistake.what} causes no warning, and the diagnosis is not loaded`, async (t) => {
      const { warnings, loaded, complaints } = await make(t, mistake, "production");
      complaints.splice(0, complaints.length, ...complaints.filter((text) => !/Content.Security.Policy/i.test(text)));
      assert.deepEqual(warnings.lines, []);
      assert.deepEqual(
        loaded.filter((path) => /diagnos/.test(path)),
        [],
      );
    });
  }

  it("the option debug enables the warnings", async (t) => {
    const { page, server, complaints } = await openRoot(t, { mode: "production" });
    const warnings = new Console(page, "warning");
    await page.evaluate(() => {
      inbox.configure({ debug: true });
      inbox.subscribe(1, () => {});
    });
    await server.connection();
    assert.match(await warnings.next(), /does not know "hello"/);
    complaints.splice(0);
  });
});
