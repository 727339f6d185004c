// The numbers of src/kept.rs, by which the queue and the keeper call each other; tests/npm/package/copies.test.mjs compares
// them. A minifier writes the numbers in place of the names.

// The calls.
export const BEGIN = 0;
export const ACCEPT = 1;
export const OPENED = 2;
export const COMMITTED = 3;
export const DELETED = 4;
export const FAULTED = 5;
export const RESTORE = 6;
export const RESTORED = 7;
export const DOUBT = 8;
export const CONFIRM = 9;
export const SETTLED = 10;
export const RESEND = 11;
export const DISCARD = 12;
export const ABANDON = 13;
export const ALARM = 14;
export const POLL = 15;
export const DEADLINE = 16;
export const HAS_FAILED = 17;
export const WAITING = 18;
export const IS_IN_DOUBT = 19;

// The effects: each is passed as its number plus EFFECTS times the id.
export const OPEN = 0;
export const CLOSE = 1;
export const PUT = 2;
export const DELETE = 3;
export const MARK = 4;
export const CLEAR = 5;
export const RELEASE = 6;
export const EXPIRE = 7;
export const EFFECTS = 8;

// How a frame is accepted.
export const KEPT = 0;
export const PASSING = 1;
export const IMMEDIATE = 2;
