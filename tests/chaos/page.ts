// Runs in the page: sends messages at random intervals, and records everything that it sends and receives.

import * as inbox from "inbox-socket";

import { Dice } from "./dice.mjs";

/** The range of ms between two messages of a page. */
const PAUSE = [80, 160] as const;

/** Longer than the server accepts. */
const TOO_LONG = "x".repeat(4_001);

/** No conversation has this id. */
const NOWHERE = 999_999_999;

export interface Sent {
  conversation: number;
  text: string;
  at: number;
  /** Whether the page was connected when it sent the message. */
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
  /** When the page subscribed. */
  began: number;
  /** When the first welcome arrived; the page must receive every message stored from then on. */
  welcomed: number | undefined;
  /** When the account ends. */
  left: number;
  sent: Sent[];
  heard: Heard[];
  /** Messages that the listener to the whole inbox received. */
  overheard: Heard[];
  /** Frames that are not messages. */
  told: { at: number; action: string }[];
  states: { at: number; isConnected: boolean; error: string | null; role?: Role }[];
  /** With `persist`: the messages that wait or have failed when the account ends. */
  pending: Kept[];
}

export type Role = inbox.ConnectionState["role"];

/** A message that waits or has failed. */
export interface Kept {
  clientId: string;
  conversation: number;
  text: string;
  state: inbox.PendingMessage["state"];
  /** Whether the storage has it. */
  durable: boolean;
  reason?: string | undefined;
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
  pending: [],
};

let isOver = false;

interface Part {
  /** The prefix of each text that the page sends. */
  name: string;
  seed: number;
  conversations: number[];
  /** Adds a listener to each conversation that throws on every call. */
  throws: boolean;
  /** Of the inbox. */
  options: inbox.Options;
}

function begin({ name, seed, conversations, throws, options }: Part) {
  account.began = Date.now();
  inbox.configure(options);
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
  const { isConnected, error, role } = inbox.getState();
  const last = account.states.at(-1);
  if (last?.isConnected !== isConnected || last.error !== error || last.role !== role) {
    account.states.push({ at: Date.now(), isConnected, error, ...(role && { role }) });
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

function pending(): Kept[] {
  return inbox.pending().map(({ conversationId, message, clientId, state, durable, reason }) => {
    return { conversation: Number(conversationId), text: String(message), clientId, state, durable, reason };
  });
}

let isTalking = true;

globalThis.storm = {
  begin,
  /** Sends messages that the server must refuse. */
  blunder(name: string, conversation: number) {
    say(NOWHERE, `${name} to nowhere`);
    say(conversation, `${name} too long ${TOO_LONG}`);
    say(conversation, "");
  },
  fallSilent() {
    isTalking = false;
  },
  unsettled: () =>
    account.sent.filter(({ settled }) => settled === undefined).length +
    inbox.pending().filter(({ state }) => state === "waiting").length,
  /** Returns when the first welcome arrived, and the highest `seq` received in each conversation. */
  progress() {
    const reached: Record<number, number> = {};
    for (const { conversation, seq } of account.heard) {
      reached[conversation] = Math.max(seq, reached[conversation] ?? 0);
    }
    return { welcomed: account.welcomed, reached };
  },
  isConnected: () => inbox.getState().isConnected,
  role: () => inbox.getState().role,
  pending,
  /** Returns the account, and records nothing from then on. The page may send some messages right before. */
  leave(lastWords: string[], conversation: number) {
    for (const text of lastWords) say(conversation, text);
    isOver = true;
    account.left = Date.now();
    account.pending = pending();
    return account;
  },
};
