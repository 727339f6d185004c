/** Chromium's garbage collector, where it was started with `--expose-gc`. */
declare var gc: ((options?: { type: "minor" }) => void) | undefined;
