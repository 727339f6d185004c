// The server of docs/server-node.md, started as a reader would: real pages, a real PostgreSQL, and kills during traffic.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { WebSocket } from "ws";

import { block } from "../docs/blocks.mjs";
import { testFile } from "../support/bundle.mjs";
import { freePort } from "../support/free-port.mjs";
import { until } from "../support/page.mjs";
import { start } from "../support/process.mjs";
import { eventually } from "../support/queue.mjs";
import { openRoot } from "../support/root.mjs";
import { missing, startPostgres } from "./postgres.mjs";

const GUIDE = "docs/server-node.md";
const MESSAGES = 300;
const MINUTE = 60_000;
const TABLES = block(GUIDE, "tables.sql").text;

describe("the server of the guide", { skip: missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), "inbox-socket-guide-"));
  /** @type {Awaited<ReturnType<typeof startPostgres>>} */
  let postgres;
  /** @type {pg.Client} */
  let database;
  before(async () => {
    writeFileSync(join(folder, "main.mjs"), block(GUIDE, "main.mjs").text);
    symlinkSync(testFile("node_modules"), join(folder, "node_modules"));
    postgres = await startPostgres();
    database = new pg.Client(postgres.url);
    await database.connect();
    await database.query(TABLES);
    await database.query(`
      INSERT INTO users (name, token) VALUES ('Ana', 'token-of-ana'), ('Ben', 'token-of-ben');
      INSERT INTO participants VALUES (2, 1), (2, 2);
    `);
  });
  after(async () => {
    await database?.end();
    await postgres?.stop();
    rmSync(folder, { recursive: true });
  });

  /** @param {string} port @param {string} origins */
  const run = (port, origins) =>
    start(process.execPath, ["main.mjs"], {
      cwd: folder,
      env: { PORT: port, DATABASE_URL: postgres.url, ORIGINS: origins },
      line: /Listening on port (\d+)/,
    });

  it("stores each message once and delivers it once and in order, although it is killed during traffic", async (t) => {
    const [port, otherPort] = [await freePort(), await freePort()];
    const opened = [await openRoot(t), await openRoot(t)];
    const origins = opened.map(({ server }) => server.origin).join(" ");
    // Two processes, which the broker connects: Ana's page is on the one that is killed.
    let running = await run(port, origins);
    t.after(() => running.stop("SIGKILL"));
    const other = await run(otherPort, origins);
    t.after(() => other.stop("SIGKILL"));

    const pages = opened.map(({ page }) => page);
    for (const [writer, page] of pages.entries()) {
      const url = `ws://127.0.0.1:${[port, otherPort][writer]}/ws/inbox/?token=token-of-${["ana", "ben"][writer]}`;
      await page.evaluate(listen, url);
      await until(page, () => window["inbox"].getStats()?.assured);
    }
    for (const [writer, page] of pages.entries()) await page.evaluate(write, { writer, count: MESSAGES });
    for (const part of [0.3, 0.8]) {
      await until(pages[0], (count) => window["heard"].length >= count, 2 * MESSAGES * part);
      await running.stop("SIGKILL");
      running = await run(port, origins);
    }

    const stored = () =>
      database.query(
        "SELECT e.seq, m.text FROM messages m LEFT JOIN inbox_entries e ON e.message = m.id ORDER BY e.seq",
      );
    const isComplete = async () => (await stored()).rows.length >= 2 * MESSAGES;
    await eventually("every message is stored", isComplete, MINUTE);
    const { rows } = await stored();
    assert.deepEqual(
      rows.map(({ seq }) => Number(seq)),
      rows.map((_, index) => index + 1),
    );
    for (const page of pages) {
      await until(page, (count) => window["heard"].length >= count, 2 * MESSAGES);
      const { heard, statuses } = await page.evaluate(async () => {
        const results = await Promise.all(window["sending"]);
        return { heard: window["heard"], statuses: results.map(({ status }) => status) };
      });
      assert.deepEqual(new Set(statuses), new Set(["delivered"]));
      assert.deepEqual(
        heard.map(({ message }) => message),
        rows.map(({ text }) => text),
        "each once, in the order of the database",
      );
      assert.equal(heard[0].sender_name, heard[0].message.startsWith("0:") ? "Ana" : "Ben");
    }
    for (const writer of [0, 1]) {
      const own = rows.map(({ text }) => text).filter((text) => text.startsWith(`${writer}:`));
      assert.deepEqual(
        own,
        Array.from({ length: MESSAGES }, (_, n) => `${writer}:${n}`),
        "in the order of sending",
      );
    }
  });

  it("tells the pages to reconnect when it is stopped", async (t) => {
    const running = await run("0", "");
    t.after(() => running.stop("SIGKILL"));
    const host = `127.0.0.1:${running.match[1]}`;
    const socket = new WebSocket(`ws://${host}/ws/inbox/?token=token-of-ana`, { origin: `http://${host}` });
    await once(socket, "open");
    socket.send(JSON.stringify({ action: "hello", protocol: 1, cursors: {} }));
    await once(socket, "message");
    const closed = once(socket, "close");
    await running.stop();
    const [code, reason] = await closed;
    assert.deepEqual([code, String(reason)], [1012, "retry_after=2000"]);
  });
});

/** Runs in the page. @param {string} url */
function listen(url) {
  window["heard"] = [];
  window["inbox"].configure({ url });
  window["inbox"].subscribe(2, (frame) => {
    if (frame.action === undefined) window["heard"].push(frame);
  });
}

/** Runs in the page: sends a message every few ms. @param {{writer: number, count: number}} traffic */
function write({ writer, count }) {
  window["sending"] = [];
  const timer = setInterval(() => {
    const number = window["sending"].length;
    window["sending"].push(window["inbox"].sendMessage(2, `${writer}:${number}`));
    if (number + 1 === count) clearInterval(timer);
  }, 5);
}
