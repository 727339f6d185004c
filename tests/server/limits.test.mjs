// The limits, with a clock that the tests advance.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { GIVE_UP, RateLimit, RETRY_AFTER, SocketCap, Turns } from "../../pkg/server/limits.js";

/** A rate limit with its clock: by default 10 frames per second and a burst of 3. */
class Limit {
  now = 1e9;

  constructor(perSecond = 10, burst = 3) {
    this.rate = new RateLimit(perSecond, burst);
  }

  take(userId = 1, isMessage = false) {
    return this.rate.take(userId, this.now, isMessage);
  }

  /** @param {number} times */
  waits(times, isMessage = false) {
    return Array.from({ length: times }, () => this.take(1, isMessage));
  }

  empty(isMessage = true) {
    for (;;) {
      const wait = this.take(1, isMessage);
      if (wait > 0) return wait;
    }
  }
}

describe("the rate limit", () => {
  it("allows a burst and then a steady rate", () => {
    const limit = new Limit();
    assert.deepEqual(limit.waits(5), [0, 0, 0, 100, 100]);
    limit.now += 100;
    assert.deepEqual(limit.waits(2), [0, 100]);
  });

  it("takes no token for a rejected frame, and accumulates at most one burst", () => {
    const limit = new Limit();
    limit.waits(100);
    limit.now += 3_600_000;
    assert.deepEqual(limit.waits(4), [0, 0, 0, 100]);
  });

  it("is separate for each user", () => {
    const limit = new Limit();
    limit.waits(4);
    assert.equal(limit.take(2), 0);
  });

  it("makes a user over the limit wait for a tenth of the burst", () => {
    const limit = new Limit(10, 50);
    assert.equal(limit.empty(), 500);
    limit.now += 499;
    assert.equal(limit.take(1, true), 1);
    limit.now += 1;
    assert.deepEqual(limit.waits(6, true), [0, 0, 0, 0, 0, 500]);
  });

  it("makes frames other than messages wait only for the next token", () => {
    const limit = new Limit(10, 50);
    limit.empty(false);
    limit.now += 100;
    assert.equal(limit.take(1, true), 400);
    assert.equal(limit.take(), 0);
  });

  it("never returns a wait above the maximum of clients", () => {
    const limit = new Limit(0.01, 1);
    assert.deepEqual(limit.waits(2, true), [0, 60_000]);
    limit.now += 60_000;
    assert.equal(limit.take(1, true), 40_000);
    limit.now += 40_000;
    assert.equal(limit.take(1, true), 0);
  });

  it("forgets idle users, but not those who still have to wait", () => {
    const limit = new Limit();
    for (let userId = 0; userId < 10_000; userId += 1) {
      limit.take(userId);
      limit.now += 1; // the bucket is full again after 100
    }
    assert.equal(limit.rate.size, 100);
    const paused = new Limit(10, 50);
    paused.empty();
    for (let userId = 2; userId < 1_000; userId += 1) paused.take(userId);
    paused.now += 499;
    assert.equal(paused.take(1, true), 1);
  });

  it("adds times between two milliseconds up exactly", () => {
    const limit = new Limit(3, 1);
    limit.now = 0.25;
    assert.deepEqual(limit.waits(2, true), [0, 334]);
    limit.now = 333.6;
    assert.equal(limit.take(1, true), 0);
  });
});

describe("messages", () => {
  it("wait for the first rejected one", () => {
    const turns = new Turns();
    assert.equal(turns.wait("a", 0), 0);
    turns.refused("a", 50, 0);
    turns.refused("b", 50, 0);
    assert.deepEqual([turns.wait("b", 1), turns.wait("c", 1)], [RETRY_AFTER, RETRY_AFTER]);
    assert.deepEqual(
      ["a", "b", "c"].map((name) => turns.wait(name, 1)),
      [0, 0, 0],
    );
  });

  it("without a client_id neither wait nor delay others", () => {
    const turns = new Turns();
    turns.refused(undefined, 50, 0);
    assert.equal(turns.wait("a", 0), 0);
    turns.refused("a", 50, 0);
    assert.equal(turns.wait(undefined, 0), 0);
    assert.ok(turns.wait("b", 0) > 0);
  });

  it("stop waiting for one that is never sent again", () => {
    const turns = new Turns();
    turns.refused("a", 50, 0);
    assert.ok(turns.wait("b", 50 + GIVE_UP - 1) > 0);
    assert.equal(turns.wait("b", 50 + GIVE_UP), 0);
  });
});

it("the number of sockets per user is limited", () => {
  const cap = new SocketCap(1);
  assert.deepEqual([cap.take(1), cap.take(1), cap.take(2)], [true, false, true]);
  cap.release(1);
  assert.ok(cap.take(1));
});
