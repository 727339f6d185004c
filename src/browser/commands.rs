//! The way in: everything that JavaScript tells Rust, and asks of it.

use wasm_bindgen::prelude::*;

use super::imports::{self, effect, refuse};
use super::inbox::Inbox;
use super::numbers::*;
use super::{clock, inbox};
use crate::core::{
    Config, DropReason, Event, Kind, Layer, Machine, Millis, Phase, Seq, Slot, SocketId, Verdict,
};

/// A new inbox, with the number under which the table in inbox.rs knows it.
pub(super) fn new_inbox() -> (u32, imports::Inbox) {
    let exports = wasm_bindgen::exports();
    let command = js_sys::Reflect::get(&exports, &"inboxSocketCommand".into()).unwrap_or_default();
    let number = inbox::create();
    (number, imports::Inbox::new(number, &command))
}

/// Carries out one command from numbers.js. It takes numbers alone, so that it is called without any glue. Returns 0 where
/// the command has no result.
#[wasm_bindgen(js_name = inboxSocketCommand)]
#[allow(unreachable_pub, reason = "it is exported to JavaScript")]
pub fn command(number: u32, what: i32, a: f64, b: f64, c: f64, d: f64, e: f64) -> f64 {
    match what {
        RECEIVE => receive(number, a as SocketId, slot_of(b), c, d as u32, e > 0.0),
        DELIVERED => {
            inbox::delivered(number, a as u32);
            0.0
        }
        SEND => send(number, a as i32, b as usize),
        OPEN => {
            inbox::open_socket(number, a as SocketId);
            0.0
        }
        PAIR | CONFIGURE | RECEIVE_CONTROL | STAT | INSPECT | IS_UNDER_WAY | IS_COUNTED | IS_WANTED => {
            let now = clock::now();
            inbox::with(number, |inbox| note(inbox, now, what, a, b)).unwrap_or(f64::NAN)
        }
        _ => {
            let answer = is(inbox::act(number, |inbox, now| tell(inbox, now, what, a, b, c)));
            if what == SYNC_MESSAGE && answer > 0.0 {
                // Not before the effects were carried out: a gap before this message is told first.
                inbox::with(number, |inbox| inbox.deliveries += 1);
            }
            answer
        }
    }
}

/// The commands after which the machine asks for nothing. All of them borrow the inbox in one place, and those of [`tell`]
/// in another, because each place is compiled to a hundred bytes.
fn note(inbox: &mut Inbox, now: Millis, what: i32, a: f64, b: f64) -> f64 {
    let machine = &mut inbox.machine;
    match what {
        STAT => machine.stats(now).list().get(a as usize).copied().unwrap_or(f64::NAN),
        INSPECT => place_of(machine.phase(now)),
        IS_UNDER_WAY => is(machine.is_under_way(a as u32)),
        IS_COUNTED => is(machine.counts(a as Slot)),
        IS_WANTED => is(inbox.is_wanted(a as SocketId)),
        RECEIVE_CONTROL => {
            machine.receive_control(a as SocketId, b as u32);
            0.0
        }
        CONFIGURE => {
            inbox.machine = Machine::new(configuration(std::mem::take(&mut inbox.pairs)), clock::seed());
            0.0
        }
        // A key and a number for the command that follows.
        _ => {
            inbox.pairs.push((a as u32, b));
            0.0
        }
    }
}

/// The commands after which effects are carried out. Returns the answer of those that have one.
fn tell(inbox: &mut Inbox, now: Millis, what: i32, a: f64, b: f64, c: f64) -> bool {
    let socket = a as SocketId;
    let Inbox { machine, pairs, .. } = inbox;
    let mut take_pairs = || -> Vec<(Slot, Seq)> {
        std::mem::take(pairs).into_iter().map(|(slot, seq)| (slot, seq as Seq)).collect()
    };
    match what {
        SUBSCRIBE => machine.subscribe(now),
        UNSUBSCRIBE => machine.unsubscribe(now),
        RETRY => machine.handle(now, Event::Retry),
        DISCONNECT => machine.handle(now, Event::Disconnect),
        CHANGE_USER => machine.handle(now, Event::UserChanged),
        ONLINE => machine.handle(now, Event::Online),
        OFFLINE => machine.handle(now, Event::Offline),
        VISIBLE => machine.handle(now, Event::Visible),
        PAGE_HIDDEN => machine.handle(now, Event::PageHidden),
        PAGE_SHOWN => machine.handle(now, Event::PageShown),
        OPENED => machine.handle(now, Event::Opened { socket }),
        // The close code, and in how many ms to come back or -1.
        CLOSED => {
            let (code, retry_after) = (b as u16, span(c));
            machine.handle(now, Event::Closed { socket, code, retry_after });
        }
        RECEIVE_UNUSABLE => {
            let why = match c as i32 {
                NOT_TEXT => DropReason::Unreadable,
                NOT_AN_OBJECT => DropReason::NotAnObject,
                TOO_LONG => DropReason::TooLong,
                _ => DropReason::SyncTooLong,
            };
            machine.receive_unusable(now, socket, b as u32, why);
        }
        WELCOME => {
            // A heartbeat of 0 is none.
            let heartbeat = (b > 0.0).then_some(b as Millis);
            machine.welcomed(now, socket, heartbeat, &take_pairs());
        }
        ANOTHER_USER => machine.user_changed(now),
        PLAIN_SERVER => return machine.hello_ignored(now, socket, b > 0.0),
        ACK => machine.acknowledged(now, socket, b as u32),
        REFUSAL => machine.rejected(now, socket, b as u32, span(c)),
        PONG => machine.ponged(now, socket, b as u32, c as Seq),
        SYNC_BEGIN => return machine.begin_synced(now, socket, b as u32, &take_pairs()),
        // Whether to deliver the message.
        SYNC_MESSAGE => return machine.receive_synced(socket, b as Slot, c as Seq),
        SYNC_END => machine.synced(now, socket, &take_pairs(), b > 0.0),
        SYNC_REFUSAL => {
            machine.sync_rejected(now, socket, b as u32, c as Millis);
        }
        _ => {}
    }
    false
}

/// A message arrived, `parsed` or told from its raw text. Returns a verdict; after `DELIVER` of a parsed one `DELIVERED` is
/// to follow.
fn receive(
    number: u32,
    socket: SocketId,
    slot: Option<Slot>,
    seq: f64,
    characters: u32,
    parsed: bool,
) -> f64 {
    let seq = (seq > 0.0).then_some(seq as Seq);
    let judged = inbox::with(number, |inbox| {
        let verdict = inbox.machine.receive(socket, slot, seq, characters, parsed);
        let delivers = verdict == Verdict::Deliver;
        inbox.deliveries += u32::from(delivers && parsed);
        (verdict, delivers && !parsed && inbox.machine.has_effects())
    });
    let Some((verdict, asked)) = judged else { return f64::from(DROP) };
    match verdict {
        // Nobody hears this one, but others may have been held for it.
        Verdict::Deliver if asked => inbox::drain(number),
        Verdict::Deliver => {}
        // Only now is the time of interest: a clock asked for each message would cost a tenth of its parse.
        Verdict::Drop | Verdict::Hold(_) => inbox::handle(number, Event::OutOfTurn),
    }
    match verdict {
        Verdict::Deliver => f64::from(DELIVER),
        Verdict::Drop => f64::from(DROP),
        Verdict::Hold(held) => f64::from(held),
    }
}

/// A frame of so many characters is handed over. Calls back with `ACCEPT` or `refuse` before anything is carried out.
fn send(number: u32, kind: i32, characters: usize) -> f64 {
    let kind = match kind {
        MESSAGE => Kind::Message,
        REQUEST => Kind::Request,
        _ => Kind::Other,
    };
    let now = clock::now();
    match inbox::with(number, |inbox| inbox.machine.send(now, kind, characters)) {
        Some(Ok(send)) => {
            effect(number, ACCEPT, f64::from(send), 0.0, 0.0);
            inbox::drain(number);
        }
        Some(Err(error)) => refuse(number, error.text()),
        None => {}
    }
    0.0
}

/// The options: the defaults, and those that were set in their place.
fn configuration(pairs: Vec<(u32, f64)>) -> Config {
    let mut config = Config::default();
    let mut delays = Vec::new();
    for (option, value) in pairs {
        match option as i32 {
            RECONNECT_DELAY => delays.push(value as Millis),
            JITTER => config.jitter = value,
            MAX_ATTEMPTS => config.max_attempts = value as u32,
            CONNECT_TIMEOUT => config.connect_timeout = value as Millis,
            LINGER => config.linger = value as Millis,
            QUEUE_LIMIT => config.queue_limit = value as usize,
            HEARTBEAT => config.heartbeat = Some(value as Millis),
            KEEPALIVE => config.keepalive = Some(value as Millis),
            PROTOCOL => config.protocol = value as u32,
            _ => {}
        }
    }
    if !delays.is_empty() {
        config.reconnect_delays = delays;
    }
    config
}

/// The connection's phase: the milliseconds until the next attempt, or below zero a place in the lists of
/// `pkg/lib/diagnosis/inspect.js`; tests/package/copies.test.mjs compares them.
fn place_of(phase: Phase) -> f64 {
    let place = match phase {
        Phase::Waiting { next_attempt_in } => return next_attempt_in as f64,
        Phase::Idle => 1,
        Phase::Connecting => 2,
        Phase::GivenUp => 3,
        Phase::Ended => 4,
        Phase::Refused => 5,
        Phase::Connected(Layer::Pending) => 6,
        Phase::Connected(Layer::Doubtful) => 7,
        Phase::Connected(Layer::Plain) => 8,
        Phase::Connected(Layer::Assured) => 9,
    };
    -f64::from(place)
}

fn is(answer: bool) -> f64 {
    f64::from(u8::from(answer))
}

/// Below zero is none.
fn span(ms: f64) -> Option<Millis> {
    (ms >= 0.0).then_some(ms as Millis)
}

/// Below zero is none.
fn slot_of(number: f64) -> Option<Slot> {
    (number >= 0.0).then_some(number as Slot)
}
