/**
 * Calls back once: after `ms`, or at once when the browser comes online or the page becomes visible, when a retry
 * may succeed. `wake` receives the event, or nothing after the delay.
 *
 * @param {number} ms
 * @param {(event?: Event) => void} wake
 * @returns {() => void} cancels it
 */
export function wakeAfter(ms, wake) {
  const { document } = globalThis;
  const cancel = () => {
    clearTimeout(timer);
    globalThis.removeEventListener?.("online", hurry);
    document?.removeEventListener("visibilitychange", hurry);
  };
  const hurry = (/** @type {Event | undefined} */ event) => {
    if (event?.type === "visibilitychange" && document.hidden) return;
    cancel();
    wake(event);
  };
  const timer = setTimeout(hurry, ms);
  // Keeps Node.js from waiting for the timer before it exits. In a browser a timer is a number.
  /** @type {any} */ (timer).unref?.();
  globalThis.addEventListener?.("online", hurry);
  document?.addEventListener("visibilitychange", hurry);
  return cancel;
}
