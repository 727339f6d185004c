// The JSON Schema and the AsyncAPI document of docs/protocol, against examples.json and PROTOCOL.md.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, it } from "node:test";

import { parse } from "yaml";

import { testFile } from "../support/bundle.mjs";

const require = createRequire(import.meta.url);
const { Ajv } = require("ajv");
const { Ajv2020 } = require("ajv/dist/2020");

const read = (/** @type {string} */ path) => readFileSync(testFile(path), "utf8");
const examples = JSON.parse(read("wire/examples.json"));
const schema = JSON.parse(read("../docs/protocol/frames.schema.json"));
const asyncapi = parse(read("../docs/protocol/asyncapi.yaml"));

const ajv = new Ajv2020({ strictTypes: false, strictRequired: false });
ajv.addSchema(schema, "frames");
/** @param {string} name @param {unknown} frame */
const isValid = (name, frame) => ajv.validate(`frames#/$defs/${name}`, frame);

/** Malformed frames of a client that the schema cannot reject, with the reason. */
const EXCLUDED = new Map([
  ["conversation_id: a text", "the protocol allows strings; the examples' server uses numbers"],
  ["conversation_id: a number with a point", "a schema sees the number 2, not how it is written"],
]);

/** Frames of a server that are wrong only together with other frames, the client's state or another member. */
const WRONG_IN_CONTEXT = [
  "welcome: __proto__ among the heads",
  "message: seq far ahead",
  "message: two conversations",
  "ack: client_id: unknown",
  "ack: another conversation",
  "sync_response: messages: newest first",
  "sync_response: messages: twice the same",
  "sync_response: messages: a hole",
  "sync_response: messages: of a conversation not asked about",
  "sync_response: heads: shrunk",
  "sync_response: has_more forever",
  "sync_response: floor: beyond the head",
  "sync_response: floor below the cursor",
  "sync_response: unknown id",
  "pong: unknown id",
  "error: ref: unknown",
];

describe("the JSON Schema", () => {
  for (const { name, from, layer, frame } of examples.frames) {
    it(`accepts ${name}`, () => {
      const names = { client: layer === 0 ? "Layer0ClientFrame" : "ClientFrame", server: "ServerFrame" };
      assert.ok(isValid(names[from], frame), ajv.errorsText());
    });
  }

  for (const { name, layer, text } of examples.malformed.filter(({ code }) => code !== "bad_json")) {
    const reason = EXCLUDED.get(name);
    it(`${reason ? "cannot reject" : "rejects"} ${name}${reason ? `: ${reason}` : ""}`, () => {
      assert.equal(isValid(layer === 0 ? "Layer0ClientFrame" : "ClientFrame", JSON.parse(text)), reason !== undefined);
    });
  }
});

describe("the JSON Schema, for the malformed frames of a server", () => {
  it("accepts only those that are wrong in their context", () => {
    const accepted = examples.malformed_from_server.filter(
      ({ text }) => isJson(text) && isValid("ServerFrame", JSON.parse(text)),
    );
    assert.deepEqual(
      accepted.map(({ name }) => name),
      WRONG_IN_CONTEXT,
    );
  });
});

/** @param {string} text */
function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("the interfaces of PROTOCOL.md", () => {
  const protocol = read("../PROTOCOL.md");
  const interfaces = [...protocol.matchAll(/^interface (\w+) \{\n(.*?)^\}/gms)];
  it("are the definitions of the schema's frames", () => {
    const frames = ["ClientFrame", "ServerFrame"].flatMap((name) => schema.$defs[name].anyOf);
    const names = frames.map(({ $ref }) => $ref.split("/").at(-1));
    assert.deepEqual(interfaces.map(([, name]) => name).sort(), names.sort());
  });
  for (const [, name, body] of interfaces) {
    it(`have the same members as the schema: ${name}`, () => {
      const members = [...body.matchAll(/^ {2}(\w+)(\??): (.*);$/gm)].filter(([, , , type]) => type !== "undefined");
      const { properties, required } = schema.$defs[name];
      assert.deepEqual(members.map(([, member]) => member).sort(), Object.keys(properties).sort());
      const needed = members.filter(([, , optional]) => optional === "").map(([, member]) => member);
      assert.deepEqual(needed.sort(), [...required].sort());
    });
  }
  it("have the same error codes as the schema", () => {
    const codes = /code: ("bad_json".*);/.exec(protocol)?.[1].match(/\w+/g);
    assert.deepEqual(schema.$defs.ErrorFrame.properties.code.enum, codes);
  });
});

describe("the AsyncAPI document", () => {
  it("is valid", () => {
    const specification = require("@asyncapi/specs/schemas/3.0.0-without-$id.json");
    const validator = new Ajv({ strict: false, validateFormats: false });
    assert.ok(validator.validate(specification, asyncapi), validator.errorsText());
  });

  it("has every frame of the schema, and no reference without a target", () => {
    const frames = ["ClientFrame", "ServerFrame"].flatMap((name) => schema.$defs[name].anyOf);
    const payloads = Object.values(asyncapi.components.messages).map(({ payload }) => payload.schema.$ref);
    assert.deepEqual(payloads.sort(), frames.map(({ $ref }) => `frames.schema.json${$ref}`).sort());
    for (const [, reference] of read("../docs/protocol/asyncapi.yaml").matchAll(/\$ref: "#\/(.*)"/g)) {
      const target = reference.split("/").reduce((value, key) => value?.[key], asyncapi);
      assert.ok(target, `#/${reference} must exist`);
    }
  });
});
