// The protocol's side of one connection: what a frame asks for, and which frames answer it. Pure.
//
// A connection processes one frame at a time: `read` it, do what the request asks for, and reply, or `refuse`.

import { RETRY_AFTER, Turns } from "./limits.js";
import { outline } from "./outline.js";
import { decode, errorFrame, parse, Refused, welcomeFrame } from "./protocol.js";

/**
 * @typedef {import("./protocol.js").Request} Request
 * @typedef {import("./index.js").Frame} Frame
 */

/** The state of one connection: its layer, the turns of its messages, pushes held back. */
export class Session {
  /** The size of the pushes held back. */
  heldBytes = 0;

  /** @type {Request | null} */
  #request = null;
  /** @type {Frame} */
  #about = {};
  /** An array while `hello` is being answered. @type {string[] | null} */
  #held = null;
  #layer = 0;
  #turns = new Turns();
  #userId;
  #rate;
  #ids;
  #heartbeat;

  /**
   * @param {import("./index.js").UserId} userId
   * @param {import("./limits.js").RateLimit} rate
   * @param {import("./index.js").Ids} ids
   * @param {number} heartbeat in ms
   */
  constructor(userId, rate, ids, heartbeat) {
    this.#userId = userId;
    this.#rate = rate;
    this.#ids = ids;
    this.#heartbeat = heartbeat;
  }

  /**
   * Returns the request in a frame.
   *
   * @param {string | null} text `null` represents a binary frame
   * @param {number} now
   * @throws Refused
   */
  read(text, now) {
    this.#request = null;
    this.#about = {};
    try {
      this.#about = decode(text);
      this.#request = parse(this.#about, this.#layer, this.#ids);
    } catch (error) {
      // Malformed frames count towards the limit too, but the reply names the mistake.
      this.#rate.take(this.#userId, now);
      if (Object.keys(this.#about).length === 0) this.#about = outline(text ?? "");
      throw error;
    }
    this.#checkLimits(this.#request, now);
    if (this.#request.kind === "hello") this.#held = [];
    return this.#request;
  }

  /** Returns the error reply to the frame read last. @param {Refused} refused @param {number} now */
  refuse(refused, now) {
    if (this.#request?.kind === "message" && refused.retryAfter) {
      this.#turns.refused(this.#request.clientId, refused.retryAfter, now);
    }
    return errorFrame(refused, this.#about, this.#ids);
  }

  /**
   * Returns the error reply to the frame read last, if the server failed to process it; null for `hello`: the client
   * would take an error for layer 0, so the server closes the connection with 1013.
   *
   * @param {number} now
   */
  fail(now) {
    if (this.#request?.kind === "hello") return null;
    return this.refuse(new Refused("internal", "the server failed", RETRY_AFTER), now);
  }

  /**
   * Switches to layer 1. Returns the frames to send: the welcome, then the held pushes.
   *
   * @param {import("./protocol.js").Hello} request
   * @param {Map<import("./index.js").ConversationId, number>} heads
   */
  welcome(request, heads) {
    this.#layer = request.protocol;
    const held = this.#held ?? [];
    this.#held = null;
    this.heldBytes = 0;
    return [JSON.stringify(welcomeFrame(this.#userId, heads, this.#heartbeat)), ...held];
  }

  /**
   * Returns the frames to send now for a stored message: none while `hello` is being answered, because no message above
   * the heads may precede the welcome.
   *
   * @param {string} text
   */
  push(text) {
    if (this.#held === null) return [text];
    this.#held.push(text);
    this.heldBytes += Buffer.byteLength(text);
    return [];
  }

  /** Throws Refused if the request has to wait. @param {Request} request @param {number} now */
  #checkLimits(request, now) {
    const isMessage = request.kind === "message";
    const turn = isMessage ? this.#turns.wait(request.clientId, now) : 0;
    const wait = turn || this.#rate.take(this.#userId, now, isMessage);
    // The client would take an error reply to its first `hello` for layer 0.
    const isFirstHello = request.kind === "hello" && this.#layer === 0;
    if (wait > 0 && !isFirstHello) throw new Refused("rate_limited", "too many frames", wait);
  }
}
