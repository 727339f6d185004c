// The numbers that JavaScript and Rust pass to each other. Only this file defines them: numbers.rs reads it at compile
// time.

// From JavaScript: command(inbox, what, a, b, c, d, e). commands.rs defines the parameters and results.
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
export const IS_IDLE = 35;
export const DISPOSE = 36;

// From Rust: effect(inbox, what, a, b, c), and through(inbox, socket, what, a, b) for the WebSocket. See inbox.js.
export const RESOLVE_ADDRESS = 0;
export const WATCH_PAGE = 1;
export const DELIVER_HELD = 2;
export const FORGET_HELD = 3;
export const REPORT_GAP = 4;
export const FORGET_CONVERSATIONS = 5;
export const ADD_PAIR = 6;
export const ACCEPT = 7;
export const DISPOSED = 8;

export const TRANSMIT = 0;
export const SEND_HELLO = 1;
export const SEND_SYNC = 2;
export const SEND_PING = 3;
export const SEND_KEEPALIVE = 4;
export const DROP_SOCKET = 5;

// The kinds of frames to send.
export const MESSAGE = 0;
export const REQUEST = 1;
export const OTHER = 2;
export const IMMEDIATE = 3;

// Verdicts on a message; 0 or more is the id to hold it under.
export const DELIVER = -1;
export const DROP = -2;

// Why a frame is unusable.
export const NOT_TEXT = 0;
export const NOT_AN_OBJECT = 1;
export const TOO_LONG = 2;
export const SYNC_TOO_LONG = 3;

// How an accepted frame ended.
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
export const ACKS = 9;
export const RESEND = 10;

// The defaults of the two options that only JavaScript uses: in UTF-16 code units, and in bytes.
export const FRAME_LIMIT = 1048576;
export const MESSAGE_LIMIT = 65536;
