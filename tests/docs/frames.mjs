// Writes the frames of tests/wire/examples.json as TypeScript, each with its type from PROTOCOL.md, so that the type
// check of the workshop compares the interfaces with the examples of the client's and the server's tests.

import { readFileSync } from "node:fs";

import { testFile } from "../support/bundle.mjs";

/** The file in the workshop, beside the interfaces. */
export const FRAMES = "protocol/examples.ts";

// Unknown members are ignored on the wire, but TypeScript reports them as errors.
const WITH_OTHER_MEMBERS = ["message with unknown members", "hello of a later version"];

export function typedExamples() {
  const { frames } = JSON.parse(readFileSync(testFile("wire/examples.json"), "utf8"));
  const typed = frames
    .filter(({ name }) => !WITH_OTHER_MEMBERS.includes(name))
    .map(({ from, frame }) => {
      const type = from === "client" ? "ClientFrame" : "ServerFrame";
      return `(${JSON.stringify(frame)}) satisfies ${type};`;
    });
  return `import type { ClientFrame, ServerFrame } from "./frames.js";\n\n${typed.join("\n")}\n`;
}
