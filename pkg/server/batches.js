// Stores messages in batches: those that wait at the same time share one `append`.

import { Refused } from "./protocol.js";

const MOST = 100; // messages in one transaction
// A batch that takes longer probably waits for a lock. The next one waits until then: batches that start at once are
// smaller, and with Django on PostgreSQL a message took 40 % more of the server's time. A patience that a busy server's
// batches exceed would make it busier.
const PATIENCE_MS = 250;

/**
 * @typedef {import("./index.js").Draft} Draft
 * @typedef {import("./index.js").Stored} Stored
 * @typedef {Stored | Error} Outcome
 * @typedef {{draft: Draft, acknowledge: (stored: Stored) => void, resolve: () => void, reject: (error: Error) => void}} Waiting
 */

/**
 * A queue before the storage. A message that comes alone is stored at once.
 *
 * While a batch waits for a lock that the application holds, messages of other conversations and senders start batches
 * of their own, as many as the storage has writers. Those of one conversation or one sender stay in order.
 *
 * The work belongs to the queue, not to the connection that sent the message: a sender who disconnects stops neither
 * the storing nor the broadcast.
 */
export class Batches {
  /** @type {Waiting[]} */
  #waiting = [];
  /** Each batch that is being stored, until it is. @type {Map<Waiting[], Promise<void>>} */
  #running = new Map();
  /** The batch that the waiting messages wait for. @type {Waiting[] | undefined} */
  #awaited;
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
      this.#next();
    });
  }

  /** Waits until every message queued is stored. */
  async stop() {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  /** Starts a batch of the messages that may be stored now, unless they have to wait. */
  #next() {
    if (this.#awaited || this.#running.size >= (this.#storage.writers ?? 1)) return;
    const batch = this.#take();
    if (batch.length === 0) return;
    this.#awaited = batch;
    const waitNoLonger = () => {
      if (this.#awaited === batch) this.#awaited = undefined;
      this.#next();
    };
    const timer = setTimeout(waitNoLonger, PATIENCE_MS);
    const stored = this.#store(batch).finally(() => {
      clearTimeout(timer);
      this.#running.delete(batch);
      waitNoLonger();
    });
    this.#running.set(batch, stored);
  }

  /** Removes the messages of the next batch from the queue. */
  #take() {
    const busy = new Set([...this.#running.keys()].flat().flatMap(({ draft }) => namesOf(draft)));
    /** @type {Waiting[]} */
    const batch = [];
    this.#waiting = this.#waiting.filter((one) => {
      const names = namesOf(one.draft);
      if (batch.length < MOST && !names.some((name) => busy.has(name))) {
        batch.push(one);
        return false;
      }
      // What follows in the same conversation, or by the same sender, must not overtake it.
      for (const name of names) busy.add(name);
      return true;
    });
    return batch;
  }

  /** @param {Waiting[]} batch */
  async #store(batch) {
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

/** Returns what names a draft's conversation and its sender. @param {Draft} draft */
function namesOf({ conversationId, userId }) {
  return [`conversation ${conversationId}`, `user ${userId}`];
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
