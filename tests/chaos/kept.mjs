// What pages with `persist` have left when they ended.

import { grouped } from "./grouped.mjs";

/**
 * @typedef {import("./storm.mjs").Stay} Stay
 * @typedef {import("./storm.mjs").Stored} Stored
 * @typedef {import("./page.ts").Kept} Kept
 */

/** Returns the messages that the storage had when their page ended. @param {Stay[]} stays */
export function left(stays) {
  return stays
    .filter(({ hasEnded }) => hasEnded)
    .flatMap((stay) => stay.pending.filter(({ durable }) => durable).map((message) => ({ stay, message })));
}

/**
 * Returns those that are neither stored once nor pending as failed, with their rows.
 *
 * @param {Stay[]} stays
 * @param {Stored[]} stored
 * @param {Kept[]} pending in the pages that have not ended
 */
export function* abandoned(stays, stored, pending) {
  const rows = grouped(stored, ({ user, clientId }) => `${user} ${clientId}`);
  const failed = new Set(pending.filter(({ state }) => state === "failed").map(({ clientId }) => clientId));
  for (const { stay, message } of left(stays)) {
    const found = rows.get(`${stay.user} ${message.clientId}`) ?? [];
    const isStored = found.length === 1 && found[0]?.text === message.text;
    if (!isStored && !(found.length === 0 && failed.has(message.clientId))) yield { stay, message, found };
  }
}
