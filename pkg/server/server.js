// The server of one process: its connections by user, and the events for them.

import { randomUUID } from "node:crypto";

import { Batches } from "./batches.js";
import { decode, Publisher } from "./broker.js";
import { Connection, RESTARTING, TRY_AGAIN_LATER } from "./connection.js";
import { LIMITS, RateLimit, SocketCap } from "./limits.js";
import { NUMBERS } from "./protocol.js";

/**
 * @typedef {import("./index.js").Stored} Stored
 * @typedef {import("./index.js").UserId} UserId
 * @typedef {import("./broker.js").Event} Event
 */

const STORAGE = /** @type {const} */ (["heads", "participants", "append", "after", "first", "history"]);

/** Thrown by `connect` if the socket must be closed with this code and reason. */
export class Closed extends Error {
  /** @param {number} code @param {string} reason */
  constructor(code, reason) {
    super(reason);
    this.name = "Closed";
    this.code = code;
    this.reason = reason;
  }
}

/** Serves PROTOCOL.md for the sockets of this process. */
export class Server {
  /** @type {Map<UserId, Set<Connection>>} */
  #connections = new Map();
  /** @type {Promise<void> | undefined} */
  #started;
  #name = randomUUID();
  #broker;
  #publisher;
  #cap;

  /** @param {import("./index.js").ServerOptions} options */
  constructor({
    storage,
    broker,
    limits,
    heartbeat = 25_000,
    ids = NUMBERS,
    onError = logError,
    now = () => performance.now(),
  }) {
    const missing = STORAGE.filter((name) => typeof storage?.[name] !== "function");
    if (missing.length > 0) {
      throw new TypeError(`storage must have the functions ${STORAGE.join(", ")}; missing: ${missing.join(", ")}`);
    }
    this.storage = storage;
    this.limits = { ...LIMITS, ...limits };
    this.heartbeat = heartbeat;
    this.ids = ids;
    this.onError = onError;
    this.now = now;
    this.rate = new RateLimit(this.limits.framesPerSecond, this.limits.framesBurst);
    this.batches = new Batches(storage, (messages) => this.publish(messages));
    /** How often users were authenticated again. A socket that is still opening compares it. */
    this.rechecks = 0;
    this.#cap = new SocketCap(this.limits.socketsPerUser);
    this.#broker = broker;
    this.#publisher = broker && new Publisher(broker, this.#name, onError);
  }

  /** The number of open sockets. */
  get size() {
    return this.#all().length;
  }

  /** Subscribes to the broker. Further calls have no effect, unless the first one failed. */
  async start() {
    if (!this.#broker) return;
    this.#started ??= this.#broker.start((text) => this.#receive(text));
    try {
      await this.#started;
    } catch (error) {
      this.#started = undefined;
      throw error;
    }
  }

  /** Closes all sockets with 1012, and waits for the messages that are being stored. */
  async stop() {
    const reason = `retry_after=${spread(this.size)}`;
    for (const connection of this.#all()) connection.close(RESTARTING, reason);
    await this.batches.stop();
    await this.#publisher?.stop();
    if (this.#started) {
      this.#started = undefined;
      await this.#broker?.stop();
    }
  }

  /**
   * Returns the connection of an accepted, authenticated socket. From here on it receives new messages.
   *
   * @param {import("./index.js").Transport} transport
   * @throws Closed
   */
  connect(transport) {
    if (this.#broker && !this.#broker.connected) throw new Closed(TRY_AGAIN_LATER, "the message broker is unavailable");
    if (!this.#cap.take(transport.userId)) throw new Closed(TRY_AGAIN_LATER, "too many connections");
    const connection = new Connection(this, transport);
    const mine = this.#connections.get(transport.userId);
    if (mine) mine.add(connection);
    else this.#connections.set(transport.userId, new Set([connection]));
    return connection;
  }

  /**
   * Sends committed messages to their recipients, in all processes. Call it for messages that the application stored
   * without this server.
   *
   * @param {Iterable<Stored>} messages
   */
  publish(messages) {
    this.#tell([...messages].flatMap((message) => this.#eventsOf(message)));
  }

  /**
   * Authenticates the sockets of these users again, in all processes: after a logout, a changed password or a
   * deactivation.
   *
   * @param {Iterable<UserId>} userIds
   */
  recheck(userIds) {
    this.#tell([{ recheck: [...userIds] }]);
  }

  /** Removes a connection that has ended. @param {Connection} connection */
  disconnected(connection) {
    const mine = /** @type {Set<Connection>} */ (this.#connections.get(connection.userId));
    mine.delete(connection);
    if (mine.size === 0) this.#connections.delete(connection.userId);
    this.#cap.release(connection.userId);
  }

  /** Hands events to the sockets of all processes. @param {Event[]} events */
  #tell(events) {
    this.#deliver(events);
    this.#publisher?.put(events);
  }

  /** Hands events to the sockets of this process. @param {Event[]} events */
  #deliver(events) {
    for (const event of events) {
      if ("text" in event) for (const connection of this.#of(event.recipients)) connection.push(event.text);
      else {
        this.rechecks++;
        for (const connection of this.#of(event.recheck)) void connection.recheck();
      }
    }
  }

  /** @param {string} text */
  #receive(text) {
    try {
      this.#deliver(decode(text, this.#name));
    } catch (error) {
      this.onError("an event of the broker is invalid", error);
    }
  }

  /**
   * Returns the events that push a message: one, and one for each recipient with another view.
   *
   * A frame that is not JSON is reported and not pushed: the message is stored all the same.
   *
   * @param {Stored} message
   * @returns {Event[]}
   */
  #eventsOf({ frame, recipients = [], views = new Map() }) {
    const shared = [...recipients].filter((userId) => !views.has(userId));
    try {
      // Encoded once for all recipients.
      const all = shared.length > 0 ? [{ recipients: shared, text: JSON.stringify(frame) }] : [];
      const own = [...views].map(([userId, view]) => ({ recipients: [userId], text: JSON.stringify(view) }));
      return [...all, ...own];
    } catch (error) {
      this.onError(`conversation ${frame.conversation_id}: message ${frame.seq} is not JSON`, error);
      return [];
    }
  }

  /** Returns the connections of these users: a copy, because a push may close one. @param {Iterable<UserId>} userIds */
  #of(userIds) {
    return [...userIds].flatMap((userId) => [...(this.#connections.get(userId) ?? [])]);
  }

  #all() {
    return this.#of(this.#connections.keys());
  }
}

/**
 * Writes an error to the console: its name and its place, without its message, because a database quotes the row that it
 * rejects.
 *
 * @type {import("./index.js").OnError}
 */
function logError(what, error) {
  if (!(error instanceof Error)) return console.error(what);
  const place = (error.stack ?? "").split("\n").filter((line) => /^ +at /.test(line));
  console.error([`${what}: ${error.name}`, ...place].join("\n"));
}

/**
 * Returns the ms over which this many clients should reconnect: about a hundred per second. Connecting costs more than
 * staying connected, and after a restart all clients would otherwise reconnect at once.
 *
 * @param {number} sockets
 */
function spread(sockets) {
  return Math.min(Math.max(2_000, 10 * sockets), 60_000);
}
