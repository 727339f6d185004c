// Measures what tabs cost that share a connection, beside tabs with a connection each, and how long a change of the
// leader takes: `npm run bench:tabs`, about six minutes. Chromium, and the demo's server behind a line that counts.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";

import { logIn, startBackend } from "../backend.mjs";
import { print } from "../report.mjs";
import { saveResults } from "../results.mjs";
import { bundle } from "../site.mjs";
import { CountingLine } from "../../tests/support/counting-line.mjs";
import { measureCosts } from "./costs.mjs";
import { HANGING, measureHandOver } from "./hand-over.mjs";
import { costTable, handOverTable } from "./table.mjs";

const dist = mkdtempSync(join(tmpdir(), "inbox-socket-bench-page-"));
for (const [path, contents] of await bundle("tabs/page.ts"))
  writeFileSync(join(dist, path === "/" ? "index.html" : path), contents);
const server = await startBackend(["--users", "2", "--conversations", "1"], { environment: { APP_DIST: dist } });
const line = new CountingLine(server.port);
const origin = await line.start();

const headers = { cookie: await logIn(server.origin, "u2"), origin: server.origin };
const { conversations } = await (await fetch(`${server.origin}/api/conversations`, { headers })).json();
const speaker = new WebSocket(`ws://127.0.0.1:${server.port}/ws/inbox/`, { headers });
await new Promise((resolve, reject) => speaker.on("open", resolve).on("error", reject));
const site = { origin, line, speaker, conversation: conversations[0].id };

const tabs = { costs: await measureCosts(site), handOver: await measureHandOver(site), hanging: HANGING };

speaker.close();
line.stop();
await server.stop();
rmSync(dist, { recursive: true, force: true });

print("Tabs with a connection each / with one for all", costTable(tabs));
print("A change of the leader, five tabs", handOverTable(tabs));
saveResults({ tabs });
