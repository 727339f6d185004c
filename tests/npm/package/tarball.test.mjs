import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { publint } from "publint";

import { testFile } from "../../support/bundle.mjs";
import { packPackage } from "../../support/package.mjs";

const run = promisify(execFile);

const REACT_TYPES = testFile("node_modules/@types/react");

/** @type {Awaited<ReturnType<typeof packPackage>>} */
let packed;
before(async () => void (packed = await packPackage()));
after(() => packed?.remove());

describe("the tarball", () => {
  it("contains the files that an application needs, and no others", () => {
    const files = packed.files.filter((path) => !path.startsWith("commonjs/"));
    assert.deepEqual(files, [
      "LICENSE",
      "README.md",
      "bin/inbox-socket.js",
      "conformance/checks.js",
      "conformance/checks/connecting.js",
      "conformance/checks/hello.js",
      "conformance/checks/layer-0.js",
      "conformance/checks/limits.js",
      "conformance/checks/liveness.js",
      "conformance/checks/membership.js",
      "conformance/checks/ping.js",
      "conformance/checks/receiving.js",
      "conformance/checks/restart.js",
      "conformance/checks/sending.js",
      "conformance/checks/sync.js",
      "conformance/command.js",
      "conformance/malformed.json",
      "conformance/options.js",
      "conformance/report.js",
      "conformance/run.js",
      "conformance/socket.js",
      "conformance/violation.js",
      "conformance/web-socket.js",
      "conformance/world.js",
      "conformance/writer.js",
      "devtools.d.ts",
      "devtools.js",
      "index.d.ts",
      "index.js",
      "lib/after.js",
      "lib/chat.js",
      "lib/client.js",
      "lib/configure.js",
      "lib/debug-mode.js",
      "lib/devtools/inspector.js",
      "lib/devtools/recorder.js",
      "lib/devtools/styles.js",
      "lib/diagnosis/diagnose.js",
      "lib/diagnosis/frame.js",
      "lib/diagnosis/inspect.js",
      "lib/diagnosis/log.js",
      "lib/diagnosis/observe.js",
      "lib/diagnosis/warnings.js",
      "lib/follow.js",
      "lib/idle.js",
      "lib/load.js",
      "lib/options.js",
      "lib/pending.js",
      "lib/persist/create.js",
      "lib/persist/greeting.js",
      "lib/persist/heir.js",
      "lib/persist/items.js",
      "lib/persist/numbers.js",
      "lib/persist/queue.js",
      "lib/persist/store.js",
      "lib/provided.js",
      "lib/share/create.js",
      "lib/share/hub.js",
      "lib/share/numbers.js",
      "lib/share/share.js",
      "lib/share/sockets.js",
      "lib/share/timers.js",
      "lib/testing/arrivals.js",
      "lib/testing/connection.js",
      "lib/testing/globals.js",
      "lib/testing/history.js",
      "lib/testing/server.js",
      "lib/testing/time.js",
      "lib/testing/web-socket.js",
      "lib/wake.js",
      "lib/wire/checks.js",
      "lib/wire/create.js",
      "lib/wire/members.js",
      "lib/wire/opening.js",
      "lib/wire/rooms.js",
      "lib/wire/scan.js",
      "lib/wire/sockets.js",
      "lib/wire/wire.js",
      "package.json",
      "react.d.ts",
      "react.js",
      "server/application.d.ts",
      "server/batches.js",
      "server/broker.js",
      "server/connection.js",
      "server/index.d.ts",
      "server/index.js",
      "server/limits.js",
      "server/memory.d.ts",
      "server/memory.js",
      "server/origins.js",
      "server/outbox.js",
      "server/outline.js",
      "server/parts.js",
      "server/pg.d.ts",
      "server/pg.js",
      "server/postgres.d.ts",
      "server/postgres.js",
      "server/protocol.js",
      "server/redis.d.ts",
      "server/redis.js",
      "server/server.js",
      "server/session.js",
      "server/sql.js",
      "server/sqlite.d.ts",
      "server/sqlite.js",
      "server/sync.js",
      "server/ws.d.ts",
      "server/ws.js",
      "solid.d.ts",
      "solid.js",
      "svelte.d.ts",
      "svelte.svelte.js",
      "testing.d.ts",
      "testing.js",
      "vue.d.ts",
      "vue.js",
      "wasm/adapter.d.ts",
      "wasm/adapter.js",
      "wasm/adapter.wasm",
      "wasm/core.d.ts",
      "wasm/core.js",
      "wasm/core.wasm",
      "wasm/inline-adapter.js",
      "wasm/inline-core.js",
      "wasm/inline-keeper.js",
      "wasm/inline-shared.js",
      "wasm/shared.d.ts",
      "wasm/shared.js",
      "wasm/shared.wasm",
    ]);
    const translated = packed.files.filter((path) => path.startsWith("commonjs/"));
    const inPages = files.filter((path) => !/^(bin|conformance|server)\//.test(path));
    const toTranslate = inPages.filter((path) =>
      /^(?!svelte).*\.js$|^(?!svelte)\w+\.d\.ts$|^package\.json$/.test(path),
    );
    assert.deepEqual(
      translated,
      toTranslate.map((path) => `commonjs/${path}`),
    );
  });

  it("passes publint", async () => {
    const tarball = await readFile(packed.tarball);
    const { messages } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true });
    assert.deepEqual(messages, []);
  });
});

describe("the types of the tarball", () => {
  let app = "";
  before(async () => {
    app = join(packed.folder, "app");
    await mkdir(app);
    await writeFile(join(app, "package.json"), JSON.stringify({ private: true, type: "module" }));
    for (const name of ["types.ts", "types.cts"]) await writeFile(join(app, name), TYPES);
    await run("npm", ["install", "--no-audit", "--no-fund", packed.tarball, REACT_TYPES], { cwd: app });
  });

  for (const resolution of ["bundler", "nodenext"]) {
    it(`are found by TypeScript's resolution "${resolution}"`, async () => {
      const module = resolution === "bundler" ? "esnext" : "nodenext";
      const options = ["--noEmit", "--strict", "--module", module, "--moduleResolution", resolution, "--types", ""];
      const tsc = testFile("node_modules/typescript/bin/tsc");
      const files = resolution === "bundler" ? ["types.ts"] : ["types.ts", "types.cts"];
      await run(process.execPath, [tsc, ...options, "--ignoreConfig", ...files], { cwd: app }).catch(({ stdout }) =>
        assert.fail(stdout),
      );
    });
  }
});

const TYPES = `
import { type SendResult, sendMessage } from "inbox-socket";
import { useWebSocket } from "inbox-socket/react";
import { type FakeServer, fakeServer } from "inbox-socket/testing";

export const result: Promise<SendResult> = sendMessage(1, "hi");
export const isConnected: boolean = useWebSocket(1).isConnected;
export const server: FakeServer = fakeServer({ protocol: 0 });
// @ts-expect-error If the types were missing, this would be any.
export const wrong: string = useWebSocket(1).isConnected;
`;
