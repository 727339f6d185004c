/** A rule that the server broke. */
export class Violation extends Error {
  /** @param {string} expected @param {unknown} came what came instead @param {unknown} [sent] the frame before it */
  constructor(expected, came, sent) {
    super(expected);
    this.expected = expected;
    this.came = came;
    this.sent = sent;
  }
}

/** The reason why a check cannot run. */
export class Skip extends Error {}

/** @param {unknown} holds @param {string} expected @param {unknown} came */
export function expect(holds, expected, came) {
  if (!holds) throw new Violation(expected, came);
}
