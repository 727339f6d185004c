// Who heard what: each listener adds up the ids of the messages it was given. At the end the sums must be those of
// the messages sent to its conversation, so that a message lost, doubled or sent astray shows.

import type { Feed } from "./frames";

export class Ear {
  readonly #heard: Float64Array;

  /** @param highest the highest conversation id */
  constructor(highest: number) {
    this.#heard = new Float64Array(highest + 1);
  }

  /** The listener of a conversation. */
  of(id: number): (message: any) => void {
    const heard = this.#heard;
    return (message) => {
      heard[id]! += message.message_id;
    };
  }

  /** @throws when a listener has not heard exactly the messages of its conversation */
  check(name: string, feed: Feed): void {
    this.#heard.forEach((sum, id) => {
      const owed = feed.owed.get(id) ?? 0;
      if (sum !== owed) throw new Error(`${name}: conversation ${id} heard ${sum} where ${owed} was sent`);
    });
  }
}
