// The frames of tests/wire/examples.json as TypeScript, each declared to be of the type that PROTOCOL.md gives it. The type
// check of the workshop then holds the interfaces to the frames that both sides are held to.

import { readFileSync } from "node:fs";

import { testFile } from "../support/bundle.mjs";

/** The file of the workshop, beside the interfaces. */
export const FRAMES = "protocol/examples.ts";

// Members that an interface does not have are ignored on the wire, and an error to TypeScript.
const WITH_OTHER_MEMBERS = ["message with members nobody knows", "hello of a later version"];

export function typedExamples() {
  const { frames } = JSON.parse(readFileSync(testFile("wire/examples.json"), "utf8"));
  const typed = frames.filter(({ name }) => !WITH_OTHER_MEMBERS.includes(name)).map(({ from, frame }) => {
    const type = from === "client" ? "ClientFrame" : "ServerFrame";
    return `(${JSON.stringify(frame)}) satisfies ${type};`;
  });
  return `import type { ClientFrame, ServerFrame } from "./frames.js";\n\n${typed.join("\n")}\n`;
}
