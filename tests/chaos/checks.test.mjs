// Each check must fail if its condition is violated.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CHECKS, CHECKS_OF_TABS } from "./checks.mjs";
import { noticing } from "./noticing.mjs";

const BEGAN = 1_000_000;

describe("the checks", () => {
  it("pass a correct outcome", () => {
    assert.deepEqual(failing(outcome()), []);
  });

  it("find an accepted message that is not stored", () => {
    const lost = outcome();
    lost.stored.pop();
    assert.ok(failing(lost).includes("accepted"));
  });

  it("find a message that is stored twice", () => {
    const doubled = outcome();
    doubled.stored.push({ ...doubled.stored[2], seq: 14, id: 104, clientId: "another" });
    assert.ok(failing(doubled).includes("stored"));
  });

  it("find a client_id that is stored twice", () => {
    const doubled = outcome();
    doubled.stored[1].clientId = doubled.stored[0].clientId;
    assert.deepEqual(failing(doubled), ["stored"]);
  });

  it("find a missing seq", () => {
    const holed = outcome();
    holed.stored[2].seq = 14;
    for (const { heard, overheard } of holed.stays) heard[2].seq = overheard[2].seq = 14;
    assert.deepEqual(failing(holed), ["numbered"]);
  });

  it("find a message that was stored before an earlier one of its page", () => {
    const swapped = outcome();
    swapped.stays[0].sent.reverse();
    assert.deepEqual(failing(swapped), ["order"]);
  });

  it("find a message that a page never received", () => {
    const deaf = outcome();
    deaf.stays[1].heard.splice(1, 1);
    assert.deepEqual(failing(deaf), ["received"]);
  });

  it("find a message that a page received twice", () => {
    const echo = outcome();
    echo.stays[1].heard.push(echo.stays[1].heard[2]);
    assert.deepEqual(failing(echo), ["received"]);
  });

  it("find messages that a page received out of order", () => {
    const crossed = outcome();
    crossed.stays[1].overheard.reverse();
    assert.deepEqual(failing(crossed), ["inbox"]);
  });

  it("find a message whose received text differs from the stored text", () => {
    const garbled = outcome();
    garbled.stays[0].heard[0].text = "something else";
    assert.deepEqual(failing(garbled), ["received"]);
  });

  it("find a message of a conversation that the page's user is not in", () => {
    const leak = outcome();
    leak.stays[1].heard.push({ ...leak.stays[1].heard[0], conversation: 2 });
    assert.deepEqual(failing(leak), ["received"]);
  });

  it("find a promise that never settles, unless its page was reloaded", () => {
    const open = outcome();
    delete open.stays[0].sent[1].result;
    assert.deepEqual(failing(open), ["settled"]);
    open.stays[0].hasEnded = true;
    assert.deepEqual(failing(open), []);
  });

  it("find a failed message that is stored, unless the reason says that it may be", () => {
    const false_ = outcome();
    false_.stays[0].sent[1].result = { status: "failed", reason: "too late" };
    assert.deepEqual(failing(false_), ["failed"]);
    false_.stays[0].sent[1].result = { status: "failed", reason: "the message may have been stored" };
    assert.deepEqual(failing(false_), []);
  });

  it("find a gap that a page received", () => {
    const gap = outcome();
    gap.stays[0].told.push({ at: BEGAN, action: "gap" });
    assert.deepEqual(failing(gap), ["silent"]);
  });

  it("find a message that a page left and that is neither stored once nor failed", () => {
    /** @type {import("./page.ts").Kept} */
    const message = { clientId: "page-2", conversation: 1, text: "three", state: "waiting", durable: true };
    const lost = outcome();
    lost.stays[0].hasEnded = true;
    lost.stays[0].pending.push(message);
    assert.deepEqual(failing(lost), []);
    lost.stays[0].pending[0].clientId = "page-3";
    assert.deepEqual(failing(lost), ["kept"]);
    lost.stays[1].pending.push({ ...lost.stays[0].pending[0], state: "failed", reason: "too long" });
    assert.deepEqual(failing(lost), []);
    lost.stays[1].hasEnded = true;
    assert.deepEqual(failing(lost), ["kept"], "no page has the failed one at the end");
    for (const stay of lost.stays) stay.pending[0].durable = false;
    assert.deepEqual(failing(lost), [], "it may be lost with its page");
  });

  it("find a message that two pages have taken over, and one that still waits", () => {
    const doubled = outcome();
    /** @type {import("./page.ts").Kept} */
    const failed = { clientId: "page-9", conversation: 1, text: "", state: "failed", durable: true, reason: "empty" };
    for (const stay of doubled.stays) stay.pending.push({ ...failed });
    assert.deepEqual(failing(doubled), ["kept"]);
    doubled.stays[1].pending.pop();
    assert.deepEqual(failing(doubled), []);
    doubled.stays[0].pending[0].state = "waiting";
    assert.deepEqual(failing(doubled), ["kept"]);
  });

  it("find tabs that do not share one connection", () => {
    const shared = outcome();
    shared.groups.push({ user: "ana", roles: ["follower", "leader", "follower"], webSockets: 1 });
    assert.deepEqual(failing(shared), []);
    const [group] = shared.groups;
    for (const wrong of [
      { webSockets: 2 },
      { webSockets: 0 },
      { roles: ["leader", "leader", "follower"] },
      { roles: ["follower", "follower", "follower"] },
      { roles: ["leader", "alone", "follower"] },
    ]) {
      shared.groups[0] = { ...group, .../** @type {Partial<typeof group>} */ (wrong) };
      assert.deepEqual(failing(shared), ["shared"], JSON.stringify(wrong));
    }
  });

  it("find a dead connection that the page noticed late or not at all", () => {
    assert.deepEqual(failing(dead({ noticedAfter: 5_000 })), []);
    assert.deepEqual(failing(dead({ noticedAfter: 6_001 })), ["noticed"]);
    assert.deepEqual(failing(dead({ noticedAfter: Infinity })), ["noticed"]);
    assert.deepEqual(failing(dead({ noticedAfter: Infinity, revivedAfter: 3_000 })), []);
    assert.deepEqual(failing(dead({ noticedAfter: Infinity, revivedAfter: 7_000 })), ["noticed"]);
  });

  it("count from the hang of the page itself, or of its leader", () => {
    const { stays, ...rest } = dead({ noticedAfter: 9_000 });
    const said = stays[0].sent[2].at;
    const hung = (/** @type {string} */ tab, /** @type {number} */ from, /** @type {number} */ until) => {
      const times = { from: said + from, until: said + until, revived: Infinity };
      const incidents = [...rest.incidents, { kind: "hang", line: "ana", tab, isDeath: false, ...times }];
      return failing({ ...rest, stays, incidents });
    };
    assert.deepEqual(hung("ana", 1_000, 3_500), []);
    assert.deepEqual(hung("ana", 1_000, 9_010), [], "the storm learns of the end a little later");
    assert.deepEqual(hung("ana", 1_000, 2_500), ["noticed"]);
    assert.deepEqual(hung("ben", 1_000, 3_500), ["noticed"], "another tab");
    stays[1].line = "ana";
    assert.deepEqual(hung("ben", 1_000, 3_500), ["noticed"], "a tab that does not lead");
    stays[1].states[0].role = "leader";
    assert.deepEqual(hung("ben", 1_000, 3_500), []);
    assert.deepEqual(hung("ben", 3_500, 12_000), [], "the follower waits from the beginning of the hang");
    assert.deepEqual(hung("ben", 2_500, 12_000), ["noticed"]);
  });

  it("allow a page that was never welcomed three seconds more", () => {
    for (const [noticedAfter, failures] of /** @type {const} */ ([
      [9_000, []],
      [9_001, ["noticed"]],
    ])) {
      const unknown = dead({ noticedAfter });
      unknown.stays[0].welcomed = BEGAN + 50_000;
      assert.deepEqual(failing(unknown), failures);
    }
  });

  it("excuse a page that waits longer after losing three connections in a row without an answer", () => {
    const unlucky = dead({ noticedAfter: 9_000 });
    assert.deepEqual(failing(unlucky), ["noticed"]);
    const [{ states, sent }] = unlucky.stays;
    const before = [1, 2, 3].flatMap((n) => [
      { at: BEGAN + 300 * n, isConnected: false, error: "Connection lost" },
      { at: BEGAN + 300 * n + 100, isConnected: true, error: null },
    ]);
    states.splice(1, 0, ...before);
    assert.deepEqual(failing(unlucky), ["noticed"], "quick answers cancel the losses");
    for (const one of sent) one.settled = BEGAN + 50_000;
    assert.deepEqual(failing(unlucky), []);
  });
});

/** Returns the names of the checks that fail. @param {import("./storm.mjs").Outcome} outcome */
function failing(outcome) {
  const findings = [...CHECKS, ...CHECKS_OF_TABS, noticing].map((check) => check(outcome));
  return findings.filter(({ failures }) => failures.length > 0).map(({ name }) => name);
}

/** Returns a correct outcome: one page sends three messages, which that page and another one receive. */
function outcome() {
  const texts = ["one", "two", "three"];
  const stored = texts.map((text, n) => {
    const at = BEGAN + 1_000 * n + 10;
    return { conversation: 1, seq: 11 + n, id: 101 + n, user: "ana", clientId: `page-${n}`, text, at };
  });
  const sent = stored.map(({ text, at, id }) => {
    const result = /** @type {import("inbox-socket").SendResult} */ ({ status: "delivered", messageId: id });
    return { conversation: 1, text, at: at - 5, connected: true, settled: at + 5, result };
  });
  return {
    stays: [stay("ana", sent, stored), stay("ben", [], stored)],
    stored,
    heads: new Map([[1, 10]]),
    /** @type {import("./storm.mjs").Incident[]} */
    incidents: [],
    unrest: [],
    /** @type {import("./storm.mjs").Group[]} */
    groups: [],
  };
}

/**
 * @param {string} user
 * @param {import("./page.ts").Sent[]} sent
 * @param {import("./storm.mjs").Stored[]} stored
 */
function stay(user, sent, stored) {
  const hear = () => stored.map(({ conversation, seq, id, text, at }) => ({ conversation, seq, id, text, at }));
  return {
    name: `${user}.0`,
    tab: user,
    line: user,
    user,
    conversations: [1],
    complaints: [],
    hasEnded: false,
    began: BEGAN - 100,
    welcomed: BEGAN,
    left: BEGAN + 60_000,
    sent,
    heard: hear(),
    overheard: hear(),
    /** @type {import("./page.ts").Account["told"]} */
    told: [],
    /** @type {import("./page.ts").Account["states"]} */
    states: [{ at: BEGAN, isConnected: true, error: null }],
    /** @type {import("./page.ts").Kept[]} */
    pending: [],
  };
}

/**
 * Returns an outcome in which the first page's connection dies before its third message.
 *
 * @param {{noticedAfter: number, revivedAfter?: number}} how in ms from that message
 */
function dead({ noticedAfter, revivedAfter = Infinity }) {
  const dying = outcome();
  const [{ sent, states, line }] = dying.stays;
  const from = sent[2].at - 100;
  const revived = sent[2].at + revivedAfter;
  dying.incidents.push({ kind: "stall", line, from, until: revived, isDeath: true, revived });
  const at = sent[2].at + noticedAfter;
  if (noticedAfter < Infinity) states.push({ at, isConnected: false, error: "Connection lost" });
  return dying;
}
