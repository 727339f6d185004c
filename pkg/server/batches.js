// Stores messages in batches: those that wait at the same time share one `append`.

import { Refused } from "./protocol.js";

const MOST = 100; // messages in one transaction

/**
 * @typedef {import("./index.js").Draft} Draft
 * @typedef {import("./index.js").Stored} Stored
 * @typedef {Stored | Error} Outcome
 * @typedef {{draft: Draft, acknowledge: (stored: Stored) => void, resolve: () => void, reject: (error: Error) => void}} Waiting
 */

/**
 * A queue before the storage. A message that comes alone is stored at once.
 *
 * The work belongs to the queue, not to the connection that sent the message: a sender who disconnects stops neither
 * the storing nor the broadcast.
 */
export class Batches {
  /** @type {Waiting[]} */
  #waiting = [];
  /** @type {Promise<void> | undefined} */
  #running;
  #storage;
  #publish;

  /**
   * @param {import("./index.js").Storage} storage
   * @param {(messages: Stored[]) => void} publish called with the messages of a batch after their acknowledgements
   */
  constructor(storage, publish) {
    this.#storage = storage;
    this.#publish = publish;
  }

  /**
   * Stores a message and calls `acknowledge` once it is committed, before its broadcast.
   *
   * @param {Draft} draft
   * @param {(stored: Stored) => void} acknowledge
   * @returns {Promise<void>} rejects with Refused, or the error of the storage
   */
  store(draft, acknowledge) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ draft, acknowledge, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Waits until every message queued is stored. */
  async stop() {
    await this.#running;
  }

  async #run() {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST);
      const outcomes = await this.#append(batch.map(({ draft }) => draft));
      /** @type {Stored[]} */
      const stored = [];
      batch.forEach(({ acknowledge, resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome instanceof Error) return reject(outcome);
        acknowledge(outcome);
        stored.push(outcome);
        resolve();
      });
      this.#publish(stored);
    }
    this.#running = undefined;
  }

  /** @param {Draft[]} drafts @returns {Promise<Outcome[]>} */
  async #append(drafts) {
    try {
      const outcomes = await this.#storage.append(drafts);
      return drafts.map((_, index) => checked(outcomes?.[index]));
    } catch (error) {
      if (drafts.length === 1) return [error instanceof Error ? error : new Error("append failed", { cause: error })];
    }
    // One by one, in order: one bad message fails alone.
    /** @type {Outcome[]} */
    const outcomes = [];
    for (const draft of drafts) outcomes.push(...(await this.#append([draft])));
    return outcomes;
  }
}

/** Returns the outcome, or an error if the storage has returned something else. @param {any} outcome @returns {Outcome} */
function checked(outcome) {
  if (outcome instanceof Refused) return outcome;
  const { conversation_id, message_id, seq } = outcome?.frame ?? {};
  if (isId(conversation_id) && isId(message_id) && Number.isSafeInteger(seq)) return outcome;
  return new TypeError(
    "append must return, for each draft, a Refused or a frame with conversation_id, message_id and seq",
  );
}

/** @param {unknown} value */
function isId(value) {
  return typeof value === "string" || Number.isSafeInteger(value);
}
