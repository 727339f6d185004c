// The types of pkg/wasm/shared.js.

export * from "./core.js";

/** See src/sharing.rs. */
export function callTab(
  shell: number,
  what: number,
  now: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
): number;

/** Sets what opens the next socket. */
export function setOpener(open: (url: string, protocols?: string | string[]) => object): void;
