import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { testFile } from "../support/bundle.mjs";
import { commandFor } from "./command-for.mjs";
import { startServer } from "./server.mjs";
import { runTool } from "./tool.mjs";

const RIGHT = ["conformance", "ws://localhost/", "--conversation", "2", "--user-a", "?token=a", "--user-b", "?token=b"];

const PARTICIPANTS = ["--conversation", "2", "--user-a", "?user=ana", "--user-b", "?user=ben"];

describe("the command", () => {
  for (const [args, message] of /** @type {[string[], RegExp][]} */ ([
    [[], /^the command must be conformance; got nothing/],
    [["conformance"], /^URL must be one address that begins with ws:\/\/ or wss:\/\/; got nothing/],
    [["conformance", "http://localhost/"], /^URL must be .* got http:\/\/localhost\//],
    [RIGHT.slice(0, 2), /^--conversation must be given; got nothing/],
    [[...RIGHT, "--layer", "2"], /^--layer must be 0 or 1; got 2/],
    [[...RIGHT, "--user-a", "token"], /^--user-a must be a header .* got token/],
    [[...RIGHT, "--only", "x"], /^--only must be the number of a check or a section, such as 4.2; got x/],
    [[...RIGHT, "--colour"], /--colour/],
    [[...RIGHT, "--leave", "true"], /^--join must be given with --leave; got nothing/],
    [[...RIGHT, "--join", "true"], /^--leave must be given with --join; got nothing/],
  ])) {
    it(`exits with 2 and names the mistake: ${args.slice(-2).join(" ") || "no arguments"}`, async () => {
      const { status, output, errors } = await runTool(args);
      assert.equal(status, 2);
      assert.equal(output, "");
      assert.match(errors, message);
      assert.match(errors, /Usage: inbox-socket conformance URL/);
    });
  }

  for (const [command, message] of [
    ["echo one >&2; echo two >&2; exit 3", "--restart must exit with 0; `COMMAND` exited with 3: one two"],
    ["exit 1", "--restart must exit with 0; `COMMAND` exited with 1: nothing on stderr"],
    ["kill -9 $$", "--restart must exit with 0; `COMMAND` was killed by SIGKILL: nothing on stderr"],
    ["true", "--restart must kill the server; a connection from before the command is still open"],
  ]) {
    it(`exits with 2 and one line if the command of --restart does not do its work: ${command}`, async (t) => {
      const server = await startServer("none");
      t.after(() => server.stop());
      const options = ["--only", "5.3", "--timeout", "500", "--restart", command];
      const { status, output, errors } = await runTool(["conformance", server.url, ...PARTICIPANTS, ...options]);
      assert.equal(errors, `${message.replace("COMMAND", () => command)}\n`);
      assert.equal(output, "");
      assert.equal(status, 2);
    });
  }

  it("does not wait for a server that the command of --restart has left in the background", async (t) => {
    const server = await startServer("none");
    t.after(() => server.stop());
    const restart = await commandFor(t, () => server.state.restart());
    const options = ["--only", "5.3", "--timeout", "1500", "--restart", `sleep 30 & ${restart}`];
    const { output } = await runTool(["conformance", server.url, ...PARTICIPANTS, ...options]);
    assert.match(output, /^✓ 5\.3 .* \(kills: [1-8]; messages stored without an `ack`: \d+\)\n/);
  });

  it("sends the malformed frames of examples.json", async () => {
    const shipped = JSON.parse(await readFile(testFile("../pkg/conformance/malformed.json"), "utf8"));
    const { malformed } = JSON.parse(await readFile(testFile("wire/examples.json"), "utf8"));
    assert.deepEqual(shipped, malformed);
  });
});
