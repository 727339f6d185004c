// Carries events between the server's processes: new messages, and users to authenticate again.
//
// A broker may lose events: the database is authoritative, and clients detect a lost message by the next `seq` or by
// the `total` of a `pong`. An event is a JSON object: `{"recipients": […], "text": "…"}` for a message,
// `{"recheck": […]}` for users.

const TIMEOUT = 2_000; // ms; a broker may hang
const MOST_WAITING = 10_000; // events

/**
 * @typedef {import("./index.js").Broker} Broker
 * @typedef {{recipients: import("./index.js").UserId[], text: string} | {recheck: import("./index.js").UserId[]}} Event
 */

/** Connects the servers of one process. A single server needs no broker. @implements {Broker} */
export class MemoryBroker {
  connected = true;
  /** @type {((text: string) => void)[]} */
  #receivers = [];

  /** @param {(text: string) => void} receive */
  async start(receive) {
    this.#receivers.push(receive);
  }

  /** @param {string} text */
  async publish(text) {
    for (const receive of this.#receivers) receive(text);
  }

  async stop() {
    this.#receivers = [];
  }
}

/**
 * Publishes events in order and in the background: events that wait at the same time share one publish, and a broker
 * that hangs delays no sender.
 */
export class Publisher {
  /** @type {Event[]} */
  #waiting = [];
  /** @type {Promise<void> | undefined} */
  #running;
  #broker;
  #origin;
  #onError;

  /**
   * @param {Broker} broker
   * @param {string} origin names the server that has delivered the events to its own sockets already
   * @param {import("./index.js").OnError} onError
   */
  constructor(broker, origin, onError) {
    this.#broker = broker;
    this.#origin = origin;
    this.#onError = onError;
  }

  /** Queues events. @param {Event[]} events */
  put(events) {
    this.#waiting.push(...events);
    const surplus = this.#waiting.length - MOST_WAITING;
    if (surplus > 0) {
      this.#waiting.splice(0, surplus);
      this.#onError(`the broker is too slow: dropped ${surplus} events`);
    }
    if (this.#waiting.length > 0) this.#running ??= this.#run();
  }

  /** Waits until everything queued is published or has failed. */
  async stop() {
    await this.#running;
  }

  async #run() {
    while (this.#waiting.length > 0) {
      const events = this.#waiting;
      this.#waiting = [];
      try {
        await inTime(this.#broker.publish(encode(events, this.#origin)));
      } catch (error) {
        this.#onError(`publishing ${events.length} events failed`, error);
      }
    }
    this.#running = undefined;
  }
}

/** Returns the text to publish. @param {Event[]} events @param {string | null} origin */
export function encode(events, origin) {
  return JSON.stringify({ from: origin, events });
}

/** Returns the events in a published text; none if this server has published it. @param {string} text @param {string} ownOrigin */
export function decode(text, ownOrigin) {
  const { from, events } = JSON.parse(text);
  return /** @type {Event[]} */ (from === ownOrigin ? [] : events);
}

/** @param {Promise<void>} work */
async function inTime(work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the broker did not answer within ${TIMEOUT} ms`)), TIMEOUT);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
