// The numbers that this folder and src/sharing.rs pass to each other.

// Calls: callTab(shell, what, now, a, b, c, d, e).
export const BEGIN = 0;
export const CONNECT = 1;
export const DISCONNECT = 2;
export const REST = 3;
export const SPEAK_UP = 4;
export const FREEZE = 5;
export const THAW = 6;
export const VISIBLE = 7;
export const ONLINE = 8;
export const GRANTED = 9;
export const LOCK_LOST = 10;
export const ALARM = 11;
export const DEADLINE = 12;
export const HEAR = 13;
export const LINE_CLOSED = 14;
export const PAIR = 15;
export const WELCOMED = 16;
export const UNSHARED = 17;
export const HEADS = 18;
export const PUSHED = 19;
export const ASK = 20;
export const ANSWERED = 21;
export const POLL = 22;
export const PART = 23;
export const HEAD_KEY = 24;
export const HEAD_SEQ = 25;
export const ROLE = 26;
export const LINE = 27;
export const EPOCH = 28;
export const LEADER = 29;

// Effects.
export const OPEN_CHANNEL = 0;
export const CLOSE_CHANNEL = 1;
export const LOCK = 2;
export const UNLOCK = 3;
export const SAY = 4;
export const DIAL = 5;
export const RELAY = 6;
export const LOSE = 7;
export const WAKE = 8;
export const RING = 9;
export const FORWARD = 10;
export const PONG = 11;
export const FORGET = 12;
export const PING = 13;

// Words. The last three never reach Rust.
export const UP = 2;
export const BYE = 3;
export const HERE = 4;
export const OPENED = 5;
export const DOWN = 6;
export const SIGNED_OUT = 8;
export const ADDRESS_WANTED = 9;
export const ADDRESS = 10;

// Kinds of frames.
export const HELLO = 0;
export const PING_FRAME = 1;
export const SYNC = 2;
export const HISTORY = 3;
export const MESSAGE = 4;
export const OTHER = 5;
