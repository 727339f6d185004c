import { textOf } from "./checks.js";

const ended = () => new Error("the connection has ended");

/**
 * Returns a new connection as `onOpen` and `join` see it, and what the wire needs of it.
 *
 * @param {WebSocket} raw
 * @param {any} conversationId
 */
export function createOpening(raw, conversationId) {
  /** Frames received before the opening was done, which listeners still have to receive. */
  const kept = [];
  const waiting = new Set();
  let isEnded = false;

  /** Returns whether the frame settles this wait. */
  const offer = (wait, frame) => {
    try {
      if (!wait.test(frame)) return false;
      wait.resolve(frame);
    } catch (error) {
      wait.reject(error);
    }
    return waiting.delete(wait);
  };

  /** The connection for this member of the adapter, which its mistakes name. */
  const connectionFor = (/** @type {string} */ member) => ({
    conversationId,
    send(frame) {
      // A closing socket would drop it silently; the next connection opens anew.
      if (raw.readyState === raw.OPEN) raw.send(textOf(member, frame, "send"));
    },
    waitFor: (/** @type {(frame: any) => unknown} */ test = () => true, { deliver = false } = {}) =>
      new Promise((resolve, reject) => {
        if (isEnded) return reject(ended());
        const wait = { test, deliver, resolve, reject };
        waiting.add(wait);
        // The frame may have arrived while the application was waiting for something else.
        const at = kept.findIndex(({ frame }) => waiting.has(wait) && offer(wait, frame));
        if (at >= 0 && !deliver) kept.splice(at, 1);
      }),
  });

  return {
    connectionFor,
    kept,
    isWaiting: () => waiting.size > 0,
    /** Returns whether the application has waited for this frame, so that no listener receives it. */
    take: (frame) => [...waiting].some((wait) => offer(wait, frame) && !wait.deliver),
    end() {
      isEnded = true;
      for (const { reject } of waiting) reject(ended());
    },
  };
}
