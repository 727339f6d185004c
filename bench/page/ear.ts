// Checks deliveries: each listener adds up the ids of the messages that it receives. The sums must equal those of the
// messages sent to its conversation, so a lost, duplicated or misdirected message is noticed.

import type { Feed } from "./frames";

export class Ear {
  readonly #heard: Float64Array;

  /** @param highest the highest conversation id */
  constructor(highest: number) {
    this.#heard = new Float64Array(highest + 1);
  }

  /** Returns a listener for a conversation. */
  of(id: number): (message: any) => void {
    const heard = this.#heard;
    return (message) => {
      heard[id]! += message.message_id;
    };
  }

  /** @throws if a listener has not received exactly its conversation's messages */
  check(name: string, feed: Feed): void {
    this.#heard.forEach((sum, id) => {
      const owed = feed.owed.get(id) ?? 0;
      if (sum !== owed) throw new Error(`${name}: ids in conversation ${id} must add up to ${owed}; got ${sum}`);
    });
  }
}
