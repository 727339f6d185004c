// In the page: says something again and again, and keeps all that it says, hears and is told.

import * as inbox from "inbox-socket";

import { Dice } from "./dice.mjs";

/** From one message to the next of a page, in ms. */
const PAUSE = [80, 160] as const;

/** Longer than the server takes. */
const TOO_LONG = "x".repeat(4_001);

/** No conversation has this id. */
const NOWHERE = 999_999_999;

export interface Sent {
  conversation: number;
  text: string;
  at: number;
  /** Whether the page was connected when it was said. */
  connected: boolean;
  settled?: number;
  result?: inbox.SendResult;
}

export interface Heard {
  conversation: number;
  seq: number;
  id: number | string;
  text: string;
  at: number;
}

export interface Account {
  /** When it began to listen. */
  began: number;
  /** When the server had first welcomed it; what is committed from then on has to be heard. */
  welcomed: number | undefined;
  /** When its account ends. */
  left: number;
  sent: Sent[];
  heard: Heard[];
  /** By the listener to every conversation. */
  overheard: Heard[];
  /** Frames that are not messages. */
  told: { at: number; action: string }[];
  states: { at: number; isConnected: boolean; error: string | null }[];
}

const account: Account = {
  began: 0,
  welcomed: undefined,
  left: Infinity,
  sent: [],
  heard: [],
  overheard: [],
  told: [],
  states: [],
};

let isOver = false;

interface Part {
  /** Begins each text that the page says. */
  name: string;
  seed: number;
  conversations: number[];
  /** One more listener of each conversation throws at each call. */
  throws: boolean;
}

function begin({ name, seed, conversations, throws }: Part) {
  account.began = Date.now();
  inbox.subscribeState(noteState);
  for (const id of conversations) {
    if (throws) inbox.subscribe(id, fail);
    inbox.subscribe(id, (frame) => {
      if (isOver) return;
      if (frame.action === undefined) account.heard.push(heard(frame));
      else account.told.push({ at: Date.now(), ...frame });
    });
  }
  inbox.subscribe(null, (frame) => {
    if (!isOver && frame.action === undefined) account.overheard.push(heard(frame));
  });
  noteState();
  const watch = setInterval(() => {
    if (!inbox.getStats()?.assured) return;
    account.welcomed = Date.now();
    clearInterval(watch);
  }, 20);
  void talk(name, new Dice(seed), conversations);
}

function fail() {
  throw new Error("a listener throws");
}

function heard({ conversation_id, seq, message_id, message: text }: inbox.InboxMessage): Heard {
  return { conversation: Number(conversation_id), seq: Number(seq), id: message_id ?? "", text, at: Date.now() };
}

function noteState() {
  const { isConnected, error } = inbox.getState();
  const last = account.states.at(-1);
  if (last?.isConnected !== isConnected || last.error !== error) {
    account.states.push({ at: Date.now(), isConnected, error });
  }
}

async function talk(name: string, dice: Dice, conversations: number[]) {
  for (let count = 1; !isOver && isTalking; count++) {
    say(dice.pick(conversations), `${name} ${count}`);
    await new Promise((resolve) => setTimeout(resolve, dice.between(...PAUSE)));
  }
}

function say(conversation: number, text: string) {
  const sent: Sent = { conversation, text, at: Date.now(), connected: inbox.getState().isConnected };
  account.sent.push(sent);
  void inbox.sendMessage(conversation, text).then((result) => {
    sent.settled = Date.now();
    sent.result = result;
  });
}

let isTalking = true;

globalThis.storm = {
  begin,
  /** Says what cannot be stored. */
  blunder(name: string, conversation: number) {
    say(NOWHERE, `${name} to nowhere`);
    say(conversation, `${name} too long ${TOO_LONG}`);
    say(conversation, "");
  },
  fallSilent() {
    isTalking = false;
  },
  unsettled: () => account.sent.filter(({ settled }) => settled === undefined).length,
  /** The highest `seq` that was heard of each conversation. */
  reached() {
    const reached: Record<number, number> = {};
    for (const { conversation, seq } of account.heard) {
      reached[conversation] = Math.max(seq, reached[conversation] ?? 0);
    }
    return reached;
  },
  isConnected: () => inbox.getState().isConnected,
  /** Everything. Nothing is kept from then on. */
  leave() {
    isOver = true;
    account.left = Date.now();
    return account;
  },
};
