// One connection, independent of the program that carries it.

import { Outbox } from "./outbox.js";
import {
  fitting,
  HISTORY_BYTES,
  messagesFrame,
  notFound,
  pongFrame,
  ackFrame,
  Refused,
  SYNC_MESSAGES,
  size,
} from "./protocol.js";
import { Session } from "./session.js";
import { CatchUp } from "./sync.js";

// Close codes. Codes from 4000 on are defined by the protocol; 1013 is "try again later".
export const LOGGED_OUT = 4401;
export const WRONG_ORIGIN = 4403;
export const NOT_FOUND = 4404;
export const RESTARTING = 1012;
export const TRY_AGAIN_LATER = 1013;

/**
 * @typedef {import("./index.js").Frame} Frame
 * @typedef {import("./protocol.js").Request} Request
 */

/**
 * A user's socket. `Server.connect` makes it; the transport calls `receive` for each frame, and `closed` at the end.
 */
export class Connection {
  isClosed = false;

  /** Whether frames that were received and not processed yet are dropped. */
  #drops = false;
  /** The frame received last, once it and all before it are answered. */
  #turn = Promise.resolve();
  #server;
  #transport;
  #session;
  #outbox;

  /** @param {import("./server.js").Server} server @param {import("./index.js").Transport} transport */
  constructor(server, transport) {
    this.userId = transport.userId;
    this.#server = server;
    this.#transport = transport;
    this.#session = new Session(this.userId, server.rate, server.ids, server.heartbeat);
    this.#outbox = new Outbox(transport.send, () => this.closed());
  }

  /**
   * Does what a frame requests, and replies, after all frames received before.
   *
   * @param {string | null} text `null` represents a binary frame
   * @returns {Promise<void>} resolves when the frame is answered; never rejects
   */
  receive(text) {
    this.#turn = this.#turn.then(() => this.#answer(text));
    return this.#turn;
  }

  /** Sends a stored message. @param {string} text */
  push(text) {
    for (const frame of this.#session.push(text)) this.#put(frame);
    this.#checkSize(this.#session.heldBytes);
  }

  /**
   * Closes the socket. Frames that wait are dropped, in both directions: the client sends them, or asks for them, again.
   *
   * @param {number} code
   * @param {string} reason
   */
  close(code, reason) {
    this.#drops = true;
    if (this.isClosed) return;
    this.closed();
    this.#transport.close(code, reason);
  }

  /**
   * Removes the connection from the server; the transport calls this when its socket ends.
   *
   * Frames received before are still processed, without replies: a page that sends and leaves at once has sent.
   */
  closed() {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#outbox.end();
    this.#server.disconnected(this);
  }

  /** Closes the socket if its user may no longer be here. */
  async recheck() {
    const { recheck } = this.#transport;
    if (this.isClosed || !recheck) return;
    try {
      if (!(await recheck())) this.close(LOGGED_OUT, "the session has ended");
    } catch (error) {
      // The database is unreachable, perhaps briefly: keep the socket until the next check.
      this.#server.onError(`user ${this.userId}: checking the login failed`, error);
    }
  }

  /** @param {string | null} text */
  async #answer(text) {
    // A client that asks for more than it reads waits here; other sockets don't.
    await this.#outbox.room(this.#server.limits.outboxBytes / 2, () => this.isClosed);
    if (this.#drops) return;
    try {
      await this.#do(this.#session.read(text, this.#server.now()));
    } catch (error) {
      if (error instanceof Refused) return this.#reply(this.#session.refuse(error, this.#server.now()));
      this.#server.onError("processing a frame failed", error);
      const reply = this.#session.fail(this.#server.now());
      if (reply) this.#reply(reply);
      else this.close(TRY_AGAIN_LATER, "the server cannot send welcome now");
    }
  }

  /** @param {Request} request */
  async #do(request) {
    switch (request.kind) {
      case "message":
        return this.#store(request);
      case "get_messages":
        return this.#reply(await this.#history(request));
      case "hello": {
        const heads = await this.#heads();
        const seqs = new Map([...heads].map(([key, { seq }]) => [key, seq]));
        for (const text of this.#session.welcome(request, seqs)) this.#put(text);
        return;
      }
      case "sync":
        return this.#reply(await this.#sync(request));
      case "ping": {
        let total = 0;
        for (const { seq } of (await this.#heads()).values()) total += seq;
        return this.#reply(pongFrame(request, total));
      }
    }
  }

  /** @param {import("./protocol.js").SendMessage} request */
  async #store({ conversationId, text, type, clientId }) {
    await this.#server.batches.store({ userId: this.userId, conversationId, text, type, clientId }, ({ frame }) => {
      if (clientId !== undefined) this.#reply(ackFrame(clientId, frame));
    });
  }

  /** @param {import("./protocol.js").GetMessages} request */
  async #history(request) {
    const { conversationId, before, limit } = request;
    const { storage } = this.#server;
    if (![...(await storage.participants(conversationId))].includes(this.userId)) throw notFound();
    const found = await storage.history(this.userId, conversationId, before, limit + 1);
    const around = size(messagesFrame(request, [], false));
    const newest = fitting(found.slice(0, limit), HISTORY_BYTES - around);
    return messagesFrame(request, newest.reverse(), found.length > newest.length);
  }

  /** @param {import("./protocol.js").Sync} request */
  async #sync(request) {
    const { storage } = this.#server;
    const catchUp = new CatchUp(request, await this.#heads());
    let found = await this.#after(catchUp.wanted());
    if (!catchUp.beginsEverywhere(found)) {
      catchUp.begin(await storage.first(this.userId, catchUp.everything()));
      found = await this.#after(catchUp.wanted());
    }
    return catchUp.reply(found);
  }

  /** @param {import("./index.js").Cursor[]} wanted */
  async #after(wanted) {
    return wanted.length > 0 ? this.#server.storage.after(this.userId, wanted, SYNC_MESSAGES) : [];
  }

  #heads() {
    return this.#server.storage.heads(this.userId);
  }

  /** @param {Frame} frame */
  #reply(frame) {
    this.#put(JSON.stringify(frame));
  }

  /** @param {string} text */
  #put(text) {
    if (this.isClosed) return;
    void this.#outbox.put(text);
    this.#checkSize(0);
  }

  /** @param {number} held */
  #checkSize(held) {
    if (this.#outbox.bytes + held > this.#server.limits.outboxBytes) {
      this.close(TRY_AGAIN_LATER, "too many frames wait for this socket");
    }
  }
}
