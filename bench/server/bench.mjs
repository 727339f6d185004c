// Measures the cost of both architectures for the server: `npm run bench:server`, about twenty minutes.
//
// One server process with Redis and one client process with all users run on the same machine. Each user is in 10
// conversations of 10 people. Three loads, 100, 300 and 1,000 users, show how the cost grows. Beside the demo's server,
// before and after, stand small applications on the packages for Django and Node.js, and two that store nothing: the
// consumer of Channels' tutorial, and Socket.IO.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { median, percentile } from "../median.mjs";
import { print } from "../report.mjs";
import { saveResults } from "../results.mjs";
import { ARCHITECTURES, MANY, PER_USER, start, userCookie } from "./architectures.mjs";
import { Crowd } from "./crowd.mjs";
import { startPostgres } from "./postgres.mjs";
import { startRedis } from "./redis.mjs";
import { serverTable } from "./table.mjs";

const USERS = [100, 300, 1_000];
/** Seconds. */
const TALK = 10;
const IDLE = 10;
/** How many connections of one user with many conversations are timed. */
const WELCOMES = 20;

const CLOCK_TICK = Number(execFileSync("getconf", ["CLK_TCK"]));

const sleep = (/** @type {number} */ seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

const redis = await startRedis();
const postgres = await startPostgres();
const cases = [];
for (const users of USERS) {
  for (const architecture of ARCHITECTURES) {
    cases.push(await measure(fitting(users, architecture), architecture));
  }
}
await redis.stop();
await postgres.stop();

const server = { conversationsPerUser: PER_USER, peoplePerConversation: PER_USER, many: MANY, cases };
print("The server, before and after", serverTable(server));
saveResults({ server });

/** @param {number} users @param {import("./architectures.mjs").Architecture} architecture */
async function measure(users, architecture) {
  const { server, people } = await start(users, architecture, { redis, postgres });
  const crowd = new Crowd(server.origin, people, architecture);
  try {
    // The first request loads the modules that the demo's server loads lazily.
    if (architecture === "before" || architecture === "after")
      await fetch(`${server.origin}/api/me`, { headers: { cookie: people[0]?.cookie ?? "" } });
    const emptyBytes = residentBytes(server.pid);
    const began = performance.now();
    await crowd.connect();
    const connectSeconds = (performance.now() - began) / 1000;
    await sleep(2);
    const openBytes = residentBytes(server.pid);
    // An idle server only pings, and checks each session once a minute.
    const idleFrom = cpuSeconds(server.pid);
    await sleep(IDLE);
    const idleCpu = (cpuSeconds(server.pid) - idleFrom) / IDLE;
    await crowd.talk(2);
    const { messages, latencies } = await crowd.talk(TALK);
    const sockets = crowd.sockets.length;
    crowd.close();
    const isOnPackage = /^(Django|Node)/.test(architecture);
    return {
      users,
      architecture,
      sockets,
      connectSeconds: Number(connectSeconds.toFixed(1)),
      emptyBytes,
      openBytes,
      idleCpu: Number(idleCpu.toFixed(4)),
      messagesPerSecond: Number((messages / TALK).toFixed(1)),
      latency: Number(median(latencies).toFixed(1)),
      latency99: Number(percentile(latencies, 0.99).toFixed(1)),
      reconnectSeconds: isOnPackage || architecture === "after" ? await reconnect(crowd) : undefined,
      welcomeMs: isOnPackage ? await welcome(crowd, users) : undefined,
    };
  } finally {
    crowd.close();
    await server.stop();
  }
}

/** Returns the seconds until all users have connected at once. @param {Crowd} crowd */
async function reconnect(crowd) {
  // The server first handles the end of the former sockets.
  await sleep(2);
  const began = performance.now();
  await crowd.reconnect();
  return Number(((performance.now() - began) / 1000).toFixed(1));
}

/** Returns the median ms for the user with MANY conversations to connect. @param {Crowd} crowd @param {number} users */
async function welcome(crowd, users) {
  const user = { cookie: userCookie(users), conversations: [] };
  const times = [];
  for (let count = 0; count < WELCOMES; count++) {
    const began = performance.now();
    const { heads } = await crowd.hello(user);
    times.push(performance.now() - began);
    if (Object.keys(heads).length !== MANY) throw new Error(`the welcome must have ${MANY} conversations`);
  }
  return Number(median(times).toFixed(1));
}

/** Returns `users`, or fewer if `ulimit -n` requires it. @param {number} users @param {string} architecture */
function fitting(users, architecture) {
  const files = Number(execFileSync("sh", ["-c", "ulimit -n"]).toString().replace("unlimited", "Infinity")) - 200;
  const most = Math.floor(files / (architecture === "before" ? PER_USER : 1));
  if (users > most)
    console.log(`${users} users need more open files than \`ulimit -n\` allows; measuring ${most} users instead`);
  return Math.min(users, most);
}

/** @param {number} pid */
function residentBytes(pid) {
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

/** @param {number} pid */
function cpuSeconds(pid) {
  // The process name, in parentheses, may contain spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICK;
}
