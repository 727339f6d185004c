// The checks of a storm's outcome.

import { grouped } from "./grouped.mjs";
import { abandoned, left } from "./kept.mjs";
import { isShared } from "./shared.mjs";

/**
 * @typedef {import("./storm.mjs").Outcome} Outcome
 * @typedef {import("./storm.mjs").Stay} Stay
 * @typedef {import("./storm.mjs").Stored} Stored
 * @typedef {{what: string, at?: number, page?: string}} Failure `at`: about when it went wrong
 * @typedef {{name: string, summary: string, failures: Failure[]}} Finding
 */

/** @type {((outcome: Outcome) => Finding)[]} */
export const CHECKS = [calm, settled, accepted, storedOnce, refused, numbered, keptOrder, received, inbox, silent];

/** The checks of a storm with tabs only. */
export const CHECKS_OF_TABS = [kept, shared];

/** @param {Outcome} outcome @returns {Finding} */
function calm({ unrest }) {
  return { name: "calm", summary: "all pages settled and caught up", failures: unrest.map((what) => ({ what })) };
}

/** @param {Outcome} outcome @returns {Finding} */
function settled({ stays }) {
  /** @type {Failure[]} */
  const failures = [];
  let orphans = 0;
  for (const { page, sent } of sayings(stays)) {
    const fail = (/** @type {string} */ what) => failures.push({ page: page.name, at: sent.at, what });
    if (sent.result?.status === "sent") fail(`"${sent.text}" was sent without acknowledgement`);
    if (sent.result) continue;
    if (page.hasEnded) orphans += 1;
    else fail(`the promise of "${sent.text}" never settled`);
  }
  const count = stays.flatMap(({ sent }) => sent).length;
  const summary = `${count} promises, all settled but ${orphans} of pages that ended before`;
  return { name: "settled", summary, failures };
}

/** @param {Outcome} outcome @returns {Finding} */
function accepted({ stays, stored }) {
  const failures = [];
  const rows = grouped(stored, ({ text }) => text);
  let count = 0;
  for (const { page, sent } of sayings(stays)) {
    if (sent.result?.status !== "delivered") continue;
    count += 1;
    const found = rows.get(sent.text) ?? [];
    const isRight = found.length === 1 && found[0]?.id === sent.result.messageId && isOf(found[0], page, sent);
    if (!isRight) {
      const rows = `${times(found.length)}: ${JSON.stringify(found)}`;
      const what = `"${sent.text}", delivered with id ${sent.result.messageId}, is stored ${rows}`;
      failures.push({ page: page.name, at: sent.at, what });
    }
  }
  return { name: "accepted", summary: `${count} accepted messages, each stored once`, failures };
}

/** @param {Outcome} outcome @returns {Finding} */
function storedOnce({ stays, stored }) {
  /** @type {Failure[]} */
  const failures = [];
  const known = new Set([...sayings(stays)].map(({ sent }) => sent.text));
  for (const [text, rows] of grouped(stored, ({ text }) => text)) {
    const at = rows[0]?.at;
    const found = `${times(rows.length)}: ${JSON.stringify(rows)}`;
    if (rows.length > 1) failures.push({ at, what: `"${text}" is stored ${found}` });
    if (!known.has(text)) failures.push({ at, what: `"${text}" is stored, but no page sent it` });
  }
  for (const [name, rows] of grouped(stored, ({ user, clientId }) => `${user} ${clientId}`)) {
    if (rows.length > 1) failures.push({ at: rows[0]?.at, what: `client_id ${name} is stored ${times(rows.length)}` });
  }
  for (const { clientId, text, at } of stored) if (!clientId) failures.push({ at, what: `"${text}" has no client_id` });
  return { name: "stored", summary: `${stored.length} stored messages, none twice`, failures };
}

/** @param {Outcome} outcome @returns {Finding} */
function refused({ stays, stored }) {
  const failures = [];
  const texts = new Set(stored.map(({ text }) => text));
  /** @type {Map<string, number>} */
  const reasons = new Map();
  for (const { page, sent } of sayings(stays)) {
    if (sent.result?.status !== "failed") continue;
    const { reason } = sent.result;
    const said = { page: page.name, at: sent.at };
    const text = sent.text.slice(0, 40);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (!reason) failures.push({ ...said, what: `"${text}" failed without a reason` });
    // A failed message must not be stored, unless the reason says that this is unknown.
    else if (!/\b(may|might|unknown|whether)\b/.test(reason) && texts.has(sent.text)) {
      failures.push({ ...said, what: `"${text}" failed (${reason}), but is stored` });
    }
  }
  const summary = [...reasons].map(([reason, count]) => `${count} × ${reason}`).join("; ") || "none";
  return { name: "failed", summary, failures };
}

/** @param {Outcome} outcome @returns {Finding} */
function numbered({ stored, heads }) {
  const failures = [];
  const conversations = grouped(stored, ({ conversation }) => conversation);
  for (const [conversation, rows] of conversations) {
    const first = heads.get(conversation) ?? 0;
    for (const [n, { seq, at }] of rows.entries()) {
      if (seq === first + 1 + n) continue;
      failures.push({ at, what: `conversation ${conversation}: seq must be ${first + 1 + n}; got ${seq}` });
      break;
    }
  }
  return { name: "numbered", summary: `${conversations.size} conversations without a missing seq`, failures };
}

/** @param {Outcome} outcome @returns {Finding} */
function keptOrder({ stays, stored }) {
  const failures = [];
  const seqs = new Map(stored.map(({ text, seq }) => [text, seq]));
  for (const stay of stays) {
    for (const sents of grouped(stay.sent, ({ conversation }) => conversation).values()) {
      let last = { seq: 0, text: "" };
      for (const { text, at } of sents) {
        const seq = seqs.get(text);
        if (seq === undefined) continue;
        const what = `"${text}" (seq ${seq}) is stored before "${last.text}" (seq ${last.seq})`;
        if (seq < last.seq) failures.push({ page: stay.name, at, what });
        last = { seq, text };
      }
    }
  }
  return { name: "order", summary: "each page's messages are stored in the order in which it sent them", failures };
}

/** @param {Outcome} outcome @returns {Finding} */
function received(outcome) {
  return hearing("received", outcome, ({ heard }) => heard);
}

/** Checks the listeners to the whole inbox. @param {Outcome} outcome @returns {Finding} */
function inbox(outcome) {
  return hearing("inbox", outcome, ({ overheard }) => overheard);
}

/**
 * Each page has received every message stored after its welcome: once, in order, and as stored.
 *
 * @param {string} name
 * @param {Outcome} outcome
 * @param {(stay: Stay) => import("./page.ts").Heard[]} of
 * @returns {Finding}
 */
function hearing(name, { stays, stored }, of) {
  const failures = [];
  const rooms = grouped(stored, ({ conversation }) => conversation);
  let count = 0;
  for (const stay of stays) {
    const heard = grouped(of(stay), ({ conversation }) => conversation);
    for (const conversation of heard.keys()) {
      const what = `received a message of conversation ${conversation}, which ${stay.user} is not in`;
      if (!stay.conversations.includes(conversation)) failures.push({ page: stay.name, what });
    }
    for (const conversation of stay.conversations) {
      const rows = rooms.get(conversation) ?? [];
      const frames = heard.get(conversation) ?? [];
      count += frames.length;
      failures.push(...compare(stay, conversation, frames, rows));
    }
  }
  return { name, summary: `${count} messages in ${stays.length} pages, each once and in order`, failures };
}

/**
 * @param {Stay} stay
 * @param {number} conversation
 * @param {import("./page.ts").Heard[]} frames the conversation's messages that the page received
 * @param {Stored[]} rows the conversation's stored messages
 */
function compare(stay, conversation, frames, rows) {
  /** @type {Failure[]} */
  const failures = [];
  const fail = (/** @type {string} */ what, /** @type {number | undefined} */ at) =>
    failures.push({ page: stay.name, at, what: `conversation ${conversation}: ${what}` });
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  let last = 0;
  for (const { seq, id, text, at } of frames) {
    const row = bySeq.get(seq);
    if (seq <= last) fail(`seq ${seq} arrived after seq ${last}`, at);
    const isSame = !row || (row.id === id && row.text === text);
    if (!isSame) fail(`seq ${seq} arrived as ${id} "${text}" and is stored as ${row.id} "${row.text}"`, at);
    last = seq;
  }
  const seqs = new Set(frames.map(({ seq }) => seq));
  const due = rows.filter(({ at }) => at > (stay.welcomed ?? Infinity));
  // A page may miss the messages after its end.
  const missing = due.filter(({ seq }) => !seqs.has(seq) && (!stay.hasEnded || seq < last));
  for (const { seq, text, at } of missing) fail(`seq ${seq} "${text}" never arrived`, at);
  if (stay.welcomed === undefined && !stay.hasEnded) fail("the welcome never arrived", stay.began);
  return failures;
}

/** Pages receive no gap, because the server keeps its whole history. @param {Outcome} outcome @returns {Finding} */
function silent({ stays }) {
  const failures = [];
  for (const { name, told, complaints } of stays) {
    for (const frame of told) failures.push({ page: name, at: frame.at, what: `received ${JSON.stringify(frame)}` });
    for (const complaint of complaints) failures.push({ page: name, what: `logged: ${complaint}` });
  }
  return { name: "silent", summary: "no gaps, errors or warnings", failures };
}

/**
 * What a page has left is stored once, or has failed and is pending in one other page.
 *
 * @param {Outcome} outcome
 * @returns {Finding}
 */
function kept({ stays, stored }) {
  /** @type {Failure[]} */
  const failures = [];
  const last = stays.filter(({ hasEnded }) => !hasEnded);
  const pending = last.flatMap((stay) => stay.pending);
  for (const { stay, message, found } of abandoned(stays, stored, pending)) {
    const rows = `${times(found.length)}: ${JSON.stringify(found)}`;
    const what = `left ${JSON.stringify(message)}, which has not failed and is stored ${rows}`;
    failures.push({ page: stay.name, at: stay.left, what });
  }
  for (const stay of last) {
    for (const { state, text } of stay.pending) {
      if (state === "waiting") failures.push({ page: stay.name, at: stay.left, what: `"${text}" still waits` });
    }
  }
  for (const [clientId, all] of grouped(pending, ({ clientId }) => clientId)) {
    if (all.length > 1) failures.push({ what: `${clientId} is pending in ${all.length} pages` });
  }
  const count = left(stays).length;
  return { name: "kept", summary: `${count} messages that ended pages left, each stored once or failed`, failures };
}

/** @param {Outcome} outcome @returns {Finding} */
function shared({ groups }) {
  const failures = groups
    .filter((group) => !isShared(group))
    .map(({ user, roles, webSockets }) => {
      return { what: `${user} has ${webSockets} WebSockets, and the roles ${roles.join(", ")}` };
    });
  const summary = `${groups.length} users, each with one WebSocket, a leader and followers`;
  return { name: "shared", summary, failures };
}

/** @param {Stay[]} stays */
function* sayings(stays) {
  for (const page of stays) for (const sent of page.sent) yield { page, sent };
}

/** @param {Stored} row @param {Stay} page @param {import("./page.ts").Sent} sent */
function isOf(row, page, sent) {
  return row.user === page.user && row.conversation === sent.conversation;
}

/** @param {number} count */
function times(count) {
  return count === 1 ? "once" : `${count} times`;
}
