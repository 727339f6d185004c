import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { testFile } from "../support/bundle.mjs";
import { runTool } from "./tool.mjs";

const RIGHT = ["conformance", "ws://localhost/", "--conversation", "2", "--user-a", "?token=a", "--user-b", "?token=b"];

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
  ])) {
    it(`exits with 2 and names the mistake: ${args.slice(-2).join(" ") || "no arguments"}`, async () => {
      const { status, output, errors } = await runTool(args);
      assert.equal(status, 2);
      assert.equal(output, "");
      assert.match(errors, message);
      assert.match(errors, /Usage: inbox-socket conformance URL/);
    });
  }

  it("sends the malformed frames of examples.json", async () => {
    const shipped = JSON.parse(await readFile(testFile("../pkg/conformance/malformed.json"), "utf8"));
    const { malformed } = JSON.parse(await readFile(testFile("wire/examples.json"), "utf8"));
    assert.deepEqual(shipped, malformed);
  });
});
