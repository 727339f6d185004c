// A TCP proxy between a page and a server that simulates network faults.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { eventually } from "./queue.mjs";

/** "up": from the page to the server; "down": from the server to the page. @typedef {"up" | "down"} Direction */

/** The most bytes that a direction buffers before it stops reading. */
const BUFFER = 256 * 1024;

/** The largest segment of a line that splits, in bytes. */
const LARGEST_PIECE = 64;

/** The conditions that apply to both directions of all connections. */
class Conditions {
  /** The latency each way, in ms. */
  delay = 0;
  /** Bits per second. */
  rate = Infinity;
  isSplit = false;
  random = Math.random;
  /** `ended` resolves when `end` is called. @type {Map<Direction, {ended: Promise<void>, end: () => void}>} */
  stalls = new Map();
}

export class Line {
  /** @type {number[]} */
  #ports;
  #port = 0;
  #turn = 0;
  #isDark = false;
  #conditions = new Conditions();
  /** @type {Set<Connection>} */
  #connections = new Set();
  /** @type {Set<import("node:net").Socket>} */
  #swallowed = new Set();
  #server = createServer({ allowHalfOpen: true }, (near) => this.#accept(near));

  /** @param {number[]} ports of the servers; new connections go to them in turn */
  constructor(...ports) {
    this.#ports = ports;
  }

  /** @returns {Promise<string>} the servers' origin at the line's near end */
  async start() {
    await this.#listen();
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Closes the current connections in order (FIN) or resets them. @param {"FIN" | "RST"} how */
  cut(how = "RST") {
    for (const connection of this.#connections) connection.cut(how);
  }

  /** Keeps connections open and holds all data until `mend`. @param {Direction[]} ways */
  stall(...ways) {
    for (const way of ways) {
      let end = () => {};
      const ended = new Promise((resolve) => (end = () => resolve(undefined)));
      this.#conditions.stalls.set(way, { ended, end });
    }
  }

  /** Resets the servers' side of the current connections; the pages' side stays open. */
  halfOpen() {
    for (const connection of this.#connections) connection.halfOpen();
  }

  /** Drops all data of the current connections, and accepts new ones without answering. */
  goDark() {
    this.halfOpen();
    this.#isDark = true;
  }

  /** Resets the current connections and refuses new ones. */
  refuse() {
    this.#server.close();
    this.cut();
  }

  /** Sends all data in tiny segments. @param {() => number} random from 0 to 1 */
  split(random = Math.random) {
    Object.assign(this.#conditions, { isSplit: true, random });
  }

  /** @param {number} delay in ms, each way */
  delay(delay) {
    this.#conditions.delay = delay;
  }

  /** @param {number} rate in bits per second, each way */
  limit(rate) {
    this.#conditions.rate = rate;
  }

  /** Ends all faults. Lost connections stay lost. */
  async mend() {
    for (const { end } of this.#conditions.stalls.values()) end();
    this.#conditions.stalls.clear();
    Object.assign(this.#conditions, { delay: 0, rate: Infinity, isSplit: false });
    this.#isDark = false;
    // The system may have lent the port to another program's outgoing connection in the meantime.
    if (!this.#server.listening) await eventually(`listening at ${this.#port} again`, () => this.#listen());
  }

  stop() {
    this.#server.close();
    for (const each of [...this.#connections, ...this.#swallowed]) each.destroy();
  }

  /** A subclass can watch each connection. @param {import("node:net").Socket} _near @param {import("node:net").Socket} _far */
  joined(_near, _far) {}

  async #listen() {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = /** @type {import("node:net").AddressInfo} */ (this.#server.address()).port;
    return true;
  }

  /** @param {import("node:net").Socket} near */
  #accept(near) {
    if (this.#isDark) return this.#swallow(near);
    const port = /** @type {number} */ (this.#ports[this.#turn++ % this.#ports.length]);
    const far = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const connection = new Connection(near, far, this.#conditions);
    this.#connections.add(connection);
    near.once("close", () => this.#connections.delete(connection));
    this.joined(near, far);
  }

  /** Reads all data and never answers. @param {import("node:net").Socket} near */
  #swallow(near) {
    near.on("error", () => {}).resume();
    this.#swallowed.add(near);
    near.once("close", () => this.#swallowed.delete(near));
  }
}

class Connection {
  /** @param {import("node:net").Socket} near @param {import("node:net").Socket} far @param {Conditions} conditions */
  constructor(near, far, conditions) {
    this.far = far;
    this.sockets = [near, far];
    for (const socket of this.sockets) socket.setNoDelay().on("error", () => {});
    this.flows = [new Flow(near, far, "up", conditions), new Flow(far, near, "down", conditions)];
  }

  /** @param {"FIN" | "RST"} how */
  cut(how) {
    this.#stopFlows();
    for (const socket of this.sockets) {
      if (how === "FIN") socket.end();
      else socket.resetAndDestroy();
    }
  }

  halfOpen() {
    this.#stopFlows();
    this.far.resetAndDestroy();
  }

  destroy() {
    this.#stopFlows();
    for (const socket of this.sockets) socket.destroy();
  }

  #stopFlows() {
    for (const flow of this.flows) flow.stop();
  }
}

/** One direction of a connection: forwards its bytes, and how they end, in order. */
class Flow {
  /** @type {({at: number, data: Buffer} | "FIN" | "RST")[]} */
  #queue = [];
  #size = 0;
  #isStopped = false;
  #arrived = () => {};

  /**
   * @param {import("node:net").Socket} from
   * @param {import("node:net").Socket} to
   * @param {Direction} way
   * @param {Conditions} conditions
   */
  constructor(from, to, way, conditions) {
    this.from = from;
    this.to = to;
    this.way = way;
    this.conditions = conditions;
    from.on("data", (data) => this.#enqueue({ at: Date.now(), data }));
    from.once("end", () => this.#enqueue("FIN"));
    from.once("close", (hadError) => hadError && this.#enqueue("RST"));
    void this.#forward();
  }

  /** Drops all data that has not been forwarded, now and later. */
  stop() {
    this.#isStopped = true;
    this.#queue = [];
    // Read on, to notice the end.
    this.from.resume();
    this.#arrived();
  }

  /** @param {{at: number, data: Buffer} | "FIN" | "RST"} item */
  #enqueue(item) {
    if (this.#isStopped) return;
    this.#queue.push(item);
    if (typeof item === "object") this.#size += item.data.length;
    if (this.#size > BUFFER) this.from.pause();
    this.#arrived();
  }

  async #forward() {
    while (!this.#isStopped) {
      const item = this.#queue.shift();
      if (item === undefined) {
        await new Promise((resolve) => (this.#arrived = () => resolve(undefined)));
        continue;
      }
      if (item === "FIN" || item === "RST") {
        await this.#passes();
        if (this.#isStopped) return;
        if (item === "FIN") this.to.end();
        else this.to.resetAndDestroy();
        continue;
      }
      await sleepUntil(item.at + this.conditions.delay);
      await this.#write(item.data);
      this.#size -= item.data.length;
      if (this.#size <= BUFFER) this.from.resume();
    }
  }

  /** @param {Buffer} data */
  async #write(data) {
    for (let rest = data; rest.length > 0; ) {
      await this.#passes();
      if (this.#isStopped || !this.to.writable) return;
      const { isSplit, random, rate } = this.conditions;
      const piece = isSplit ? rest.subarray(0, 1 + Math.floor(LARGEST_PIECE * random())) : rest;
      rest = rest.subarray(piece.length);
      if (rate < Infinity) await sleep((8_000 * piece.length) / rate);
      if (!this.to.write(piece)) await Promise.race([once(this.to, "drain"), once(this.to, "close")]).catch(() => {});
      if (isSplit) await sleep(2 * random());
    }
  }

  /** Waits while this direction stalls. */
  async #passes() {
    await this.conditions.stalls.get(this.way)?.ended;
  }
}

/** @param {number} time */
async function sleepUntil(time) {
  const wait = time - Date.now();
  if (wait > 0) await sleep(wait);
}
