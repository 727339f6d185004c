/** A seeded random number generator: mulberry32. */
export class Dice {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  roll = () => {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  /** @param {number} low @param {number} high */
  between(low, high) {
    return low + (high - low) * this.roll();
  }

  /** @template T @param {readonly T[]} items @returns {T} */
  pick(items) {
    return /** @type {T} */ (items[Math.floor(this.roll() * items.length)]);
  }

  /** @template T @param {readonly T[]} items @returns {T[]} */
  shuffled(items) {
    const rest = [...items];
    return items.map(() => /** @type {T} */ (rest.splice(Math.floor(this.roll() * rest.length), 1)[0]));
  }
}
