//! The constants of numbers.js, read from that file at compile time, so that only one file defines them.

const FILE: &[u8] = include_bytes!("numbers.js");

macro_rules! numbers {
    ($($name:ident)*) => {
        $(pub(crate) const $name: i32 = find(concat!("export const ", stringify!($name), " = ").as_bytes());)*
    };
}

numbers! {
    PAIR CONFIGURE SUBSCRIBE UNSUBSCRIBE SEND RETRY DISCONNECT CHANGE_USER ONLINE OFFLINE VISIBLE PAGE_HIDDEN PAGE_SHOWN
    OPEN OPENED CLOSED RECEIVE DELIVERED RECEIVE_UNUSABLE RECEIVE_CONTROL WELCOME ANOTHER_USER PLAIN_SERVER ACK REFUSAL
    PONG SYNC_BEGIN SYNC_MESSAGE SYNC_END SYNC_REFUSAL STAT INSPECT IS_UNDER_WAY IS_COUNTED IS_WANTED
    IS_IDLE DISPOSE
    RESOLVE_ADDRESS WATCH_PAGE DELIVER_HELD FORGET_HELD REPORT_GAP FORGET_CONVERSATIONS ADD_PAIR ACCEPT DISPOSED
    TRANSMIT SEND_HELLO SEND_SYNC SEND_PING SEND_KEEPALIVE DROP_SOCKET
    MESSAGE REQUEST IMMEDIATE
    DELIVER DROP
    NOT_TEXT NOT_AN_OBJECT TOO_LONG
    WAS_DELIVERED WAS_SENT HAS_FAILED
    RECONNECT_DELAY JITTER MAX_ATTEMPTS CONNECT_TIMEOUT LINGER QUEUE_LIMIT HEARTBEAT KEEPALIVE PROTOCOL
    ACKS RESEND
}

#[cfg(not(feature = "npm"))]
numbers! {
    FRAME_LIMIT MESSAGE_LIMIT
}

/// Returns the integer after this text. Fails to compile if there is none.
#[allow(clippy::indexing_slicing, clippy::panic, reason = "in a constant, both are compile errors")]
const fn find(name: &[u8]) -> i32 {
    let mut at = 0;
    while !begins(at, name) {
        at += 1;
    }
    at += name.len();
    let is_negative = FILE[at] == b'-';
    if is_negative {
        at += 1;
    }
    let mut number = 0;
    while FILE[at] != b';' {
        assert!(FILE[at].is_ascii_digit(), "a constant of numbers.js must be an integer");
        number = number * 10 + (FILE[at] - b'0') as i32;
        at += 1;
    }
    if is_negative { -number } else { number }
}

#[allow(clippy::indexing_slicing, reason = "past the end of the file it is a compile error")]
const fn begins(at: usize, name: &[u8]) -> bool {
    let mut n = 0;
    while n < name.len() {
        if FILE[at + n] != name[n] {
            return false;
        }
        n += 1;
    }
    true
}
