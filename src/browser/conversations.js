// Conversation ids, and the slots by which Rust knows them: small numbers, so that a message's way through Rust carries
// no string.

/** @typedef {string | number} Id */

export class Conversations {
  // Every conversation that is known, by its id: a Map tells 2 from "2", and finds 0.
  byId = new Map();
  // The same by slot. The number and the string of the same spelling get neighbouring slots, an even one and the odd one
  // after it, because the wire counts both as one: the keys of a JSON object are strings.
  #bySlot = [];
  // Spelling → the slot that was given out for it last.
  #spellings = new Map();
  #freePairs = [];

  /** The conversation of an id, known from when it is first asked for. @param {Id} id */
  of(id) {
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    const spelling = String(id);
    const slot = this.#pairOf(spelling) + (typeof id === "string" ? 1 : 0);
    // What a dispatch needs is here, and its listeners are a linked list: with thousands of conversations open none is
    // in the processor's cache any more, and each further object on the way costs as much as a fifth of the parse.
    const added = { id, slot, first: undefined, last: undefined };
    this.byId.set(id, added);
    this.#bySlot[slot] = added;
    this.#spellings.set(spelling, slot);
    return added;
  }

  /** The conversation of this slot, in either spelling; the one that has listeners if only one has. */
  at(slot) {
    const named = this.#bySlot[slot];
    const other = this.#bySlot[slot ^ 1];
    return named === undefined || (!isHeard(named) && isHeard(other)) ? other : named;
  }

  /** The slot of an id that is spelled as the key of an object: a number if it reads as one and nothing is known. */
  slotOfKey(spelling) {
    const number = Number(spelling);
    return this.#spellings.get(spelling) ?? this.of(String(number) === spelling ? number : spelling).slot;
  }

  keyOfSlot(slot) {
    return String((this.#bySlot[slot] ?? this.#bySlot[slot ^ 1]).id);
  }

  has(slot) {
    return this.#bySlot[slot] !== undefined || this.#bySlot[slot ^ 1] !== undefined;
  }

  /** Whether either spelling has listeners. */
  isHeard({ slot }) {
    return isHeard(this.#bySlot[slot]) || isHeard(this.#bySlot[slot ^ 1]);
  }

  /** Forgets a conversation, in either spelling, and gives its slots back. */
  forget(slot) {
    this.#spellings.delete(this.keyOfSlot(slot));
    for (const each of [slot, slot ^ 1]) {
      this.byId.delete(this.#bySlot[each]?.id);
      this.#bySlot[each] = undefined;
    }
    this.#freePairs.push(slot & ~1);
  }

  #pairOf(spelling) {
    const slot = this.#spellings.get(spelling);
    if (slot !== undefined) return slot & ~1;
    return this.#freePairs.pop() ?? this.#spellings.size * 2;
  }
}

/** Whether a conversation has listeners in this very spelling. */
export function isHeard(conversation) {
  return conversation !== undefined && conversation.first !== undefined;
}
