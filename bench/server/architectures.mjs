// What is measured, and how to start each: the demo's server with the older and the newer architecture, applications on
// the packages for Django and Node.js, and two servers that store nothing.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startBackend, startProgram, startPython } from "../backend.mjs";
import { file } from "../site.mjs";

/** The conversations of each user, and the users of each conversation. */
export const PER_USER = 10;
/** The conversations of one more user of the applications on the packages. */
export const MANY = 1_000;

/**
 * @typedef {object} Services
 * @property {{url: string}} redis
 * @property {{create: () => string}} postgres
 */

export const ARCHITECTURES = /** @type {const} */ ([
  "before",
  "after",
  "Django, SQLite",
  "Django, PostgreSQL",
  "Node.js, PostgreSQL",
  "Channels' tutorial",
  "Socket.IO",
]);

/** @typedef {typeof ARCHITECTURES[number]} Architecture */

/** @param {number} users @param {Architecture} architecture @param {Services} services */
export async function start(users, architecture, { redis, postgres }) {
  switch (architecture) {
    case "Django, SQLite":
      return startDjango(
        users,
        redis.url,
        `sqlite:///${mkdtempSync(join(tmpdir(), "inbox-socket-bench-"))}/chat.sqlite3`,
      );
    case "Django, PostgreSQL":
      return startDjango(users, redis.url, postgres.create());
    case "Node.js, PostgreSQL":
      return startNode(users, postgres.create());
    case "Channels' tutorial":
      return startTutorial(users, redis.url);
    case "Socket.IO":
      return startSocketIo(users);
    default:
      return startDemo(users, redis.url);
  }
}

/** @param {number} users @param {string} redis */
async function startDemo(users, redis) {
  /** @type {import("./crowd.mjs").User[]} */
  let people = [];
  const server = await startBackend(["--no-seed"], {
    environment: { REDIS_URL: redis },
    prepare(run) {
      people = JSON.parse(run([file("server/seed.py"), String(users), String(PER_USER)]));
    },
  });
  return { server, people };
}

/** @param {number} users @param {string} redis @param {string} database */
async function startDjango(users, redis, database) {
  const env = { ...process.env, REDIS_URL: redis, DATABASE_URL: database };
  const script = [file("server/application/serve.py"), String(users), String(PER_USER), String(MANY)];
  return { server: await startPython(script, { env }), people: ring(users, userCookie) };
}

/** @param {number} users @param {string} database */
async function startNode(users, database) {
  const env = { ...process.env, DATABASE_URL: database };
  const script = [file("server/node.mjs"), String(users), String(PER_USER), String(MANY)];
  return { server: await startProgram(process.execPath, script, { env }), people: ring(users, userCookie) };
}

/** @param {number} users @param {string} redis */
async function startTutorial(users, redis) {
  const env = { ...process.env, REDIS_URL: redis };
  const server = await startPython([file("server/tutorial.py")], { env });
  return { server, people: ring(users, conversationsCookie) };
}

/** @param {number} users */
async function startSocketIo(users) {
  const server = await startProgram(process.execPath, [file("server/socket-io.mjs")], { env: process.env });
  return { server, people: ring(users, conversationsCookie) };
}

/** Returns the cookie of a user of the applications on the packages. @param {number} user */
export function userCookie(user) {
  return `user=${user + 1}`;
}

/** @param {number} _ @param {number[]} conversations */
function conversationsCookie(_, conversations) {
  return `conversations=${conversations.join("-")}`;
}

/**
 * The same ring of users as in seed.py.
 *
 * @param {number} users @param {(user: number, conversations: number[]) => string} cookieOf
 */
function ring(users, cookieOf) {
  return Array.from({ length: users }, (_, user) => {
    const conversations = Array.from({ length: PER_USER }, (_, step) => 1 + ((user - step + users) % users));
    return { cookie: cookieOf(user, conversations), conversations };
  });
}
