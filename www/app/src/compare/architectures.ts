/** The three that are compared, in the order in which they came to be. */

export type Architecture = "before" | "after" | "ours";

interface Description {
  key: Architecture;
  title: string;
  /** How it keeps its conversations up to date. */
  way: string;
}

export const ARCHITECTURES: Description[] = [
  { key: "before", title: "Before", way: "A TypeScript hook with one socket for each conversation." },
  { key: "after", title: "After", way: "A TypeScript hook with one socket that all of them share." },
  { key: "ours", title: "inbox-socket", way: "The same hook, its one socket run by a core in WebAssembly." },
];

/** Something for each of them. */
export function forEach<Value>(make: (architecture: Architecture) => Value): Record<Architecture, Value> {
  return { before: make("before"), after: make("after"), ours: make("ours") };
}
