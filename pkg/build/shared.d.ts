// The types of pkg/wasm/shared.js.

export * from "./core.js";

/** Sets what opens the next socket. */
export function setOpener(open: (url: string, protocols?: string | string[]) => object): void;
