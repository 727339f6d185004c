//! The way in: everything that JavaScript tells Rust, and asks of it.

use wasm_bindgen::prelude::*;

use super::imports::{self, effect, refuse};
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

/// One command from numbers.js, with numbers alone, so that it is called without any glue. Returns 0 where nothing else is
/// said.
#[wasm_bindgen(js_name = inboxSocketCommand)]
#[allow(unreachable_pub, reason = "it is exported to JavaScript")]
pub fn command(number: u32, what: i32, a: f64, b: f64, c: f64, d: f64, e: f64) -> f64 {
    let socket = a as SocketId;
    let handle = |event| {
        inbox::handle(number, event);
        0.0
    };
    match what {
        RECEIVE => receive(number, socket, slot_of(b), c, d as u32, e > 0.0),
        DELIVERED => {
            inbox::delivered(number, a as u32);
            0.0
        }
        // A key and a number for the command that follows.
        PAIR => {
            inbox::with(number, |inbox| inbox.pairs.push((a as u32, b)));
            0.0
        }
        CONFIGURE => configure(number),
        SUBSCRIBE => act(number, |machine, now| machine.subscribe(now)),
        UNSUBSCRIBE => act(number, |machine, now| machine.unsubscribe(now)),
        SEND => send(number, a as i32, b as usize),
        RETRY => handle(Event::Retry),
        DISCONNECT => handle(Event::Disconnect),
        CHANGE_USER => handle(Event::UserChanged),
        ONLINE => handle(Event::Online),
        OFFLINE => handle(Event::Offline),
        VISIBLE => handle(Event::Visible),
        PAGE_HIDDEN => handle(Event::PageHidden),
        PAGE_SHOWN => handle(Event::PageShown),
        IS_WANTED => is(Some(inbox::is_wanted(number, socket))),
        OPEN => {
            inbox::open_socket(number, socket);
            0.0
        }
        OPENED => handle(Event::Opened { socket }),
        // The close code, and in how many ms to come back or -1.
        CLOSED => handle(Event::Closed { socket, code: b as u16, retry_after: span(c) }),
        RECEIVE_UNUSABLE => {
            let why = match c as i32 {
                NOT_TEXT => DropReason::Unreadable,
                NOT_AN_OBJECT => DropReason::NotAnObject,
                TOO_LONG => DropReason::TooLong,
                _ => DropReason::SyncTooLong,
            };
            act(number, |machine, now| machine.receive_unusable(now, socket, b as u32, why))
        }
        RECEIVE_CONTROL => {
            inbox::with(number, |inbox| inbox.machine.receive_control(socket, b as u32));
            0.0
        }
        WELCOME => {
            let heads = take_pairs(number);
            // A heartbeat of 0 is none.
            let heartbeat = (b > 0.0).then_some(b as Millis);
            act(number, |machine, now| machine.welcomed(now, socket, heartbeat, &heads))
        }
        ANOTHER_USER => act(number, |machine, now| machine.user_changed(now)),
        PLAIN_SERVER => is(inbox::act(number, |machine, now| machine.hello_ignored(now, socket, b > 0.0))),
        ACK => act(number, |machine, now| machine.acknowledged(now, socket, b as u32)),
        REFUSAL => act(number, |machine, now| machine.rejected(now, socket, b as u32, span(c))),
        PONG => act(number, |machine, now| machine.ponged(now, socket, b as u32, c as Seq)),
        SYNC_BEGIN => {
            let floors = take_pairs(number);
            is(inbox::act(number, |machine, now| machine.begin_synced(now, socket, b as u32, &floors)))
        }
        // Before this message listeners are told of what is missing; then it is to be delivered, if that is returned.
        SYNC_MESSAGE => {
            let delivers =
                is(inbox::act(number, |machine, _| machine.receive_synced(socket, b as Slot, c as Seq)));
            if delivers > 0.0 {
                inbox::with(number, |inbox| inbox.deliveries += 1);
            }
            delivers
        }
        SYNC_END => {
            let heads = take_pairs(number);
            act(number, |machine, now| machine.synced(now, socket, &heads, b > 0.0))
        }
        SYNC_REFUSAL => act(number, |machine, now| {
            machine.sync_rejected(now, socket, b as u32, c as Millis);
        }),
        STAT => stat(number, a as usize),
        INSPECT => inspect(number),
        IS_UNDER_WAY => is(inbox::with(number, |inbox| inbox.machine.is_under_way(a as u32))),
        IS_COUNTED => is(inbox::with(number, |inbox| inbox.machine.counts(a as Slot))),
        _ => f64::NAN,
    }
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

/// The options, of which those that were set were handed over as pairs. The machine begins anew.
fn configure(number: u32) -> f64 {
    let seed = clock::seed();
    inbox::with(number, |inbox| {
        let mut config = Config::default();
        let mut delays = Vec::new();
        for (option, value) in std::mem::take(&mut inbox.pairs) {
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
        inbox.machine = Machine::new(config, seed);
    });
    0.0
}

/// A counter, by its place in the list in inbox.js.
fn stat(number: u32, place: usize) -> f64 {
    let now = clock::now();
    let stats = inbox::with(number, |inbox| inbox.machine.stats(now).list());
    stats.and_then(|stats| stats.get(place).copied()).unwrap_or(f64::NAN)
}

/// Where the connection is in its life: the milliseconds until the next attempt, or below zero a place in the lists of
/// `pkg/lib/diagnosis/inspect.js`.
fn inspect(number: u32) -> f64 {
    let now = clock::now();
    let Some(phase) = inbox::with(number, |inbox| inbox.machine.phase(now)) else { return f64::NAN };
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

fn act(number: u32, f: impl FnOnce(&mut Machine, Millis)) -> f64 {
    inbox::act(number, f);
    0.0
}

fn is(answer: Option<bool>) -> f64 {
    f64::from(u8::from(answer == Some(true)))
}

/// Below zero is none.
fn span(ms: f64) -> Option<Millis> {
    (ms >= 0.0).then_some(ms as Millis)
}

/// Below zero is none.
fn slot_of(number: f64) -> Option<Slot> {
    (number >= 0.0).then_some(number as Slot)
}

fn take_pairs(number: u32) -> Vec<(Slot, Seq)> {
    let pairs = inbox::with(number, |inbox| std::mem::take(&mut inbox.pairs)).unwrap_or_default();
    pairs.into_iter().map(|(slot, seq)| (slot, seq as Seq)).collect()
}
