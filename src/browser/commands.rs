//! The calls from JavaScript to Rust: commands and queries.

use wasm_bindgen::prelude::*;

use super::imports::{self, effect, refuse};
use super::inbox::Inbox;
use super::numbers::*;
use super::{clock, inbox};
use crate::core::{
    Config, DropReason, Event, Kind, LAYER_1, Layer, Machine, Millis, Phase, Seq, Slot, SocketId, Verdict,
};

/// Creates an inbox; returns its index in the table of inbox.rs as well.
pub(crate) fn new_inbox() -> (u32, imports::Inbox) {
    let exports = wasm_bindgen::exports();
    let command = js_sys::Reflect::get(&exports, &"inboxSocketCommand".into()).unwrap_or_default();
    let number = inbox::create();
    (number, imports::Inbox::new(number, &command))
}

/// Carries out one command of numbers.js. It takes only numbers, so that JavaScript calls it without glue
/// code. Returns 0 if the command has no result.
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
        PAIR | CONFIGURE | RECEIVE_CONTROL | STAT | INSPECT | IS_UNDER_WAY | IS_COUNTED | IS_WANTED
        | IS_IDLE => {
            // The clock and the random source are JavaScript's, so they are read before the inbox is borrowed, and
            // only for the commands that need them.
            let (now, seed) = match what {
                STAT | INSPECT => (clock::now(), 0),
                CONFIGURE => (0, clock::seed()),
                _ => (0, 0),
            };
            inbox::with(number, |inbox| run(inbox, now, seed, what, a, b)).unwrap_or(f64::NAN)
        }
        _ => {
            let result =
                number_of(inbox::act(number, |inbox, now| run_with_effects(inbox, now, what, a, b, c)));
            if what == SYNC_MESSAGE && result > 0.0 {
                // Only after the effects, because they may report a gap before this message.
                inbox::with(number, |inbox| inbox.deliveries += 1);
            }
            result
        }
    }
}

/// Carries out a command that causes no effects. All of these share one borrow of the inbox, and those of
/// [`run_with_effects`] another, because each call of `inbox::with` compiles to a hundred bytes.
fn run(inbox: &mut Inbox, now: Millis, seed: u64, what: i32, a: f64, b: f64) -> f64 {
    let machine = &mut inbox.machine;
    match what {
        STAT => machine.stats(now).list().get(a as usize).copied().unwrap_or(f64::NAN),
        INSPECT => place_of(machine.phase(now)),
        IS_UNDER_WAY => number_of(machine.is_under_way(a as u32)),
        IS_COUNTED => number_of(machine.counts(a as Slot)),
        IS_WANTED => number_of(inbox.is_wanted(a as SocketId)),
        IS_IDLE => number_of(machine.is_idle()),
        RECEIVE_CONTROL => {
            machine.receive_control(a as SocketId, b as u32);
            0.0
        }
        CONFIGURE => {
            let config = configuration(std::mem::take(&mut inbox.pairs));
            let lacks_layer_1 = !LAYER_1 && config.protocol > 0;
            inbox.machine = Machine::new(config, seed);
            number_of(lacks_layer_1)
        }
        // PAIR: a key and a number for the next command.
        _ => {
            inbox.pairs.push((a as u32, b));
            0.0
        }
    }
}

/// Carries out a command that may cause effects. Returns the command's result, or false if it has none.
fn run_with_effects(inbox: &mut Inbox, now: Millis, what: i32, a: f64, b: f64, c: f64) -> bool {
    if !LAYER_1 && is_of_layer_1(what) {
        return false;
    }
    let socket = a as SocketId;
    let Inbox { machine, pairs, is_disposed, .. } = inbox;
    let mut take_pairs = || -> Vec<(Slot, Seq)> {
        std::mem::take(pairs).into_iter().map(|(slot, seq)| (slot, seq as Seq)).collect()
    };
    match what {
        SUBSCRIBE => machine.subscribe(now),
        UNSUBSCRIBE => machine.unsubscribe(now),
        RETRY => machine.handle(now, Event::Retry),
        DISCONNECT | DISPOSE => {
            *is_disposed |= what == DISPOSE;
            machine.handle(now, Event::Disconnect);
        }
        CHANGE_USER => machine.handle(now, Event::UserChanged),
        ONLINE => machine.handle(now, Event::Online),
        OFFLINE => machine.handle(now, Event::Offline),
        VISIBLE => machine.handle(now, Event::Visible),
        PAGE_HIDDEN => machine.handle(now, Event::PageHidden),
        PAGE_SHOWN => machine.handle(now, Event::PageShown),
        OPENED => machine.handle(now, Event::Opened { socket }),
        // `b` is the close code, `c` the server's retry_after in ms or -1.
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
            // 0 means no heartbeat.
            let heartbeat = (b > 0.0).then_some(b as Millis);
            machine.welcomed(now, socket, heartbeat, &take_pairs());
        }
        ANOTHER_USER => machine.user_changed(now),
        PLAIN_SERVER => return machine.hello_ignored(now, socket, b > 0.0),
        ACK => machine.acknowledged(now, socket, b as u32),
        REFUSAL => machine.rejected(now, socket, b as u32, span(c)),
        PONG => machine.ponged(now, socket, b as u32, c as Seq),
        SYNC_BEGIN => return machine.begin_synced(now, socket, b as u32, &take_pairs()),
        // Returns whether to deliver the message.
        SYNC_MESSAGE => return machine.receive_synced(socket, b as Slot, c as Seq),
        SYNC_END => machine.synced(now, socket, &take_pairs(), b > 0.0),
        SYNC_REFUSAL => {
            machine.sync_rejected(now, socket, b as u32, c as Millis);
        }
        _ => {}
    }
    false
}

fn is_of_layer_1(what: i32) -> bool {
    matches!(
        what,
        WELCOME | ANOTHER_USER | PLAIN_SERVER | PONG | SYNC_BEGIN | SYNC_MESSAGE | SYNC_END | SYNC_REFUSAL
    )
}

/// Judges a received message, `parsed` or scanned as raw text. Returns a verdict; after `DELIVER` of a parsed
/// message, JavaScript must call `DELIVERED`.
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
    let Some((verdict, has_effects)) = judged else { return f64::from(DROP) };
    match verdict {
        // This message has no listeners, but held ones may have waited for it.
        Verdict::Deliver if has_effects => inbox::drain(number),
        Verdict::Deliver => {}
        // Reads the clock only here: reading it for each message would cost a tenth of the parse.
        Verdict::Drop | Verdict::Hold(_) => inbox::handle(number, Event::OutOfTurn),
    }
    match verdict {
        Verdict::Deliver => f64::from(DELIVER),
        Verdict::Drop => f64::from(DROP),
        Verdict::Hold(held) => f64::from(held),
    }
}

/// Queues a frame of `characters` UTF-16 code units. Calls back with `ACCEPT` or `refuse` before the effects.
fn send(number: u32, kind: i32, characters: usize) -> f64 {
    let kind = match kind {
        MESSAGE => Kind::Message,
        REQUEST => Kind::Request,
        IMMEDIATE => Kind::Immediate,
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

/// Returns the defaults, with the options of `pairs` in their place.
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
            ACKS => config.acks = value > 0.0,
            RESEND => config.resend = value > 0.0,
            _ => {}
        }
    }
    if !delays.is_empty() {
        config.reconnect_delays = delays;
    }
    config
}

/// The connection's phase: the milliseconds until the next attempt, or a negative index into the lists of
/// `pkg/lib/diagnosis/inspect.js`; tests/npm/package/copies.test.mjs compares them.
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

fn number_of(flag: bool) -> f64 {
    f64::from(u8::from(flag))
}

/// Negative means none.
fn span(ms: f64) -> Option<Millis> {
    (ms >= 0.0).then_some(ms as Millis)
}

/// Negative means none.
fn slot_of(number: f64) -> Option<Slot> {
    (number >= 0.0).then_some(number as Slot)
}
