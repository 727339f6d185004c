// Limits of one user, over all of the user's sockets in this process.
//
// The counts are kept in memory: each process applies the limits separately. There is no clock here: callers pass
// `now`, in milliseconds of any clock that never goes back.

/** In ms: when to retry a message that failed or came out of turn. */
export const RETRY_AFTER = 1_000;
/** In ms: how much later the messages behind it stop waiting for it. */
export const GIVE_UP = 10_000;
/** In ms: clients cap `retry_after` at this value. */
const MAX_RETRY_AFTER = 60_000;

/** @typedef {import("./index.js").UserId} UserId */

/** The limits of one server process. @type {import("./index.js").Limits} */
export const LIMITS = {
  framesPerSecond: 50,
  // Covers a page with a hundred conversations, which requests a hundred histories at once, and a page that reconnects
  // and sends its queue.
  framesBurst: 500,
  // About the maximum that a browser opens to one host.
  socketsPerUser: 200,
  outboxBytes: 1024 * 1024,
};

/** Limits the number of open sockets per user. */
export class SocketCap {
  /** @type {Map<UserId, number>} */
  #open = new Map();
  #most;

  /** @param {number} most */
  constructor(most) {
    this.#most = most;
  }

  /** Reserves a slot for one socket. Returns false if none is free. @param {UserId} userId */
  take(userId) {
    const open = this.#open.get(userId) ?? 0;
    if (open >= this.#most) return false;
    this.#open.set(userId, open + 1);
    return true;
  }

  /** Releases a slot that `take` has reserved. @param {UserId} userId */
  release(userId) {
    const open = /** @type {number} */ (this.#open.get(userId)) - 1;
    if (open > 0) this.#open.set(userId, open);
    else this.#open.delete(userId);
  }
}

/**
 * A token bucket for each user, stored as one number: the time when it is full again.
 *
 * It holds `burst` tokens and gains `perSecond`; a frame takes one. When it is empty, the client is told to wait for a
 * tenth of the burst instead of the next token. Until then all messages of that user are rejected, so that none
 * overtakes a rejected one.
 *
 * A user whose bucket is full again is removed.
 */
export class RateLimit {
  // In whole microseconds: sums of fractions would be inexact. Ordered by the time of the last frame.
  /** @type {Map<UserId, {fullAt: number, pausedUntil: number}>} */
  #users = new Map();
  #token;
  #burst;

  /** @param {number} perSecond @param {number} burst */
  constructor(perSecond, burst) {
    this.#token = Math.round(1e6 / perSecond);
    this.#burst = burst;
  }

  /** The number of users stored. */
  get size() {
    return this.#users.size;
  }

  /**
   * Takes a token and returns 0, or returns the milliseconds to wait, up to 60,000. If the wait is longer than that,
   * the client retries and then receives the rest.
   *
   * @param {UserId} userId
   * @param {number} now
   * @param {boolean} [isMessage]
   */
  take(userId, now, isMessage = false) {
    const moment = Math.round(now * 1e3);
    this.#forgetIdle(moment);
    let { fullAt, pausedUntil } = this.#users.get(userId) ?? { fullAt: moment, pausedUntil: moment };
    this.#users.delete(userId);
    const fullWithOneLess = Math.max(fullAt, moment) + this.#token;
    const short = fullWithOneLess - moment - this.#burst * this.#token; // the time to the next token
    let wait = 0;
    if (short <= 0 && (pausedUntil <= moment || !isMessage)) {
      fullAt = fullWithOneLess;
    } else {
      if (pausedUntil <= moment) {
        pausedUntil = moment + short + (Math.max(Math.floor(this.#burst / 10), 1) - 1) * this.#token;
      }
      wait = Math.min(Math.ceil((pausedUntil - moment) / 1e3), MAX_RETRY_AFTER);
    }
    this.#users.set(userId, { fullAt, pausedUntil });
    return wait;
  }

  /** Removes the users idle for longest whose bucket is full and whose pause has ended. @param {number} moment */
  #forgetIdle(moment) {
    for (const [userId, { fullAt, pausedUntil }] of this.#users) {
      if (Math.max(fullAt, pausedUntil) > moment) break;
      this.#users.delete(userId);
    }
  }
}

/**
 * Keeps one connection's messages behind the first one that was rejected temporarily.
 *
 * The messages that a page sent before it learned of that rejection are still in flight and would overtake the rejected
 * one. They are rejected too, until the first one arrives again, or until GIVE_UP after its `retry_after` if the page
 * never sends it again.
 */
export class Turns {
  /** @type {string | undefined} */
  #first;
  #until = 0;

  /** Returns the ms that a message has to wait; 0 if it is its turn. @param {string | undefined} clientId @param {number} now */
  wait(clientId, now) {
    if (this.#first === undefined || clientId === undefined) return 0;
    if (clientId !== this.#first && now < this.#until) return RETRY_AFTER;
    this.#first = undefined;
    return 0;
  }

  /**
   * Records that the message was rejected temporarily.
   *
   * @param {string | undefined} clientId
   * @param {number} retryAfter in ms
   * @param {number} now
   */
  refused(clientId, retryAfter, now) {
    if (this.#first !== undefined || clientId === undefined) return;
    this.#first = clientId;
    this.#until = now + retryAfter + GIVE_UP;
  }
}
