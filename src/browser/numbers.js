// What crosses the boundary between JavaScript and Rust, by number. This file is the only place where the numbers are
// written: numbers.rs reads it when the crate is compiled.

// From JavaScript: command(inbox, what, a, b, c, d, e). What each takes and returns stands in commands.rs.
export const PAIR = 0;
export const CONFIGURE = 1;
export const SUBSCRIBE = 2;
export const UNSUBSCRIBE = 3;
export const SEND = 4;
export const RETRY = 5;
export const DISCONNECT = 6;
export const CHANGE_USER = 7;
export const ONLINE = 8;
export const OFFLINE = 9;
export const VISIBLE = 10;
export const PAGE_HIDDEN = 11;
export const PAGE_SHOWN = 12;
export const OPEN = 13;
export const OPENED = 14;
export const CLOSED = 15;
export const RECEIVE = 16;
export const DELIVERED = 17;
export const RECEIVE_UNUSABLE = 18;
export const RECEIVE_CONTROL = 19;
export const WELCOME = 20;
export const ANOTHER_USER = 21;
export const PLAIN_SERVER = 22;
export const ACK = 23;
export const REFUSAL = 24;
export const PONG = 25;
export const SYNC_BEGIN = 26;
export const SYNC_MESSAGE = 27;
export const SYNC_END = 28;
export const SYNC_REFUSAL = 29;
export const STAT = 30;
export const INSPECT = 31;
export const IS_UNDER_WAY = 32;
export const IS_COUNTED = 33;
export const IS_WANTED = 34;

// From Rust: effect(inbox, what, a, b, c), and through(inbox, socket, what, a, b) for what needs the WebSocket. See
// inbox.js.
export const ASK_ADDRESS = 0;
export const WATCH_PAGE = 1;
export const DELIVER_HELD = 2;
export const FORGET_HELD = 3;
export const REPORT_GAP = 4;
export const FORGET_CONVERSATIONS = 5;
export const ADD_PAIR = 6;
export const ACCEPT = 7;

export const TRANSMIT = 0;
export const SAY_HELLO = 1;
export const SAY_SYNC = 2;
export const SAY_PING = 3;
export const SAY_KEEPALIVE = 4;
export const LET_GO = 5;

// Kinds of frames to send.
export const MESSAGE = 0;
export const REQUEST = 1;
export const OTHER = 2;

// Verdicts on a message; from 0 on it is the id to hold it under.
export const DELIVER = -1;
export const DROP = -2;

// Why a frame is not usable.
export const NOT_TEXT = 0;
export const NOT_AN_OBJECT = 1;
export const TOO_LONG = 2;
export const SYNC_TOO_LONG = 3;

// How a frame that was accepted ended.
export const WAS_DELIVERED = 0;
export const WAS_SENT = 1;
export const HAS_FAILED = 2;

// Options, as keys of pairs.
export const RECONNECT_DELAY = 0;
export const JITTER = 1;
export const MAX_ATTEMPTS = 2;
export const CONNECT_TIMEOUT = 3;
export const LINGER = 4;
export const QUEUE_LIMIT = 5;
export const HEARTBEAT = 6;
export const KEEPALIVE = 7;
export const PROTOCOL = 8;

// The defaults of the two options that the machine knows nothing of: UTF-16 code units, and bytes.
export const FRAME_LIMIT = 1048576;
export const MESSAGE_LIMIT = 65536;
