/** The three architectures that are compared, oldest first. */

export type Architecture = "before" | "after" | "ours";

interface Description {
  key: Architecture;
  title: string;
  /** How the architecture works. */
  way: string;
}

export const ARCHITECTURES: Description[] = [
  { key: "before", title: "Before", way: "A TypeScript hook with one socket for each conversation." },
  { key: "after", title: "After", way: "A TypeScript hook with one socket that all conversations share." },
  { key: "ours", title: "inbox-socket", way: "The same hook, with one socket and a core in WebAssembly." },
];

/** Creates a value for each architecture. */
export function forEach<Value>(make: (architecture: Architecture) => Value): Record<Architecture, Value> {
  return { before: make("before"), after: make("after"), ours: make("ours") };
}
