// Records the last frames and the address for the inspector.

import { observe, withoutSecrets } from "../diagnosis/observe.js";

const KEPT = 50;

/** @typedef {{id: number, at: Date, direction: "in" | "out", data: unknown}} Frame */

export class Recorder {
  /** Newest first. @type {Frame[]} */
  frames = [];
  address = "";
  #count = 0;
  #inbox;

  /** @param {import("../diagnosis/observe.js").Client} inbox */
  constructor(inbox) {
    this.#inbox = inbox;
  }

  /** Starts recording; returns the function that stops it. @param {() => void} onChange the state has changed */
  start(onChange) {
    return observe(this.#inbox, {
      attempted: (url) => void (this.address = withoutSecrets(url)),
      transferred: (direction, data) => {
        this.frames.unshift({ id: (this.#count += 1), at: new Date(), direction, data });
        this.frames.length = Math.min(this.frames.length, KEPT);
      },
      changed: onChange,
    });
  }
}
