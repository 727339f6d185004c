//! The page's inboxes, in thread-local state: each a machine and the WebSocket that it steers.
//!
//! Whatever happens is handed to the machine while the table is borrowed; what the machine asks for is done by
//! [`drain`], one effect at a time, with the borrow given back before anything outside is called.

use std::cell::RefCell;

use web_sys::WebSocket;

use super::alarm::{self, Alarm};
use super::clock;
use super::imports::{effect, open, settle, show_state, through};
use super::numbers::*;
use crate::core::{Config, Effect, Event, Machine, Millis, Outcome, SendId, Seq, Slot, SocketId};

thread_local! {
    static INBOXES: RefCell<Vec<Inbox>> = const { RefCell::new(Vec::new()) };
}

pub(crate) struct Inbox {
    pub(crate) machine: Machine,
    /// Slots and numbers that JavaScript is handing over, with the next command.
    pub(super) pairs: Vec<(u32, f64)>,
    alarm: Option<Alarm>,
    /// The socket that the machine has asked for and not dropped since, whether it exists yet or not.
    expected: Option<SocketId>,
    socket: Option<(SocketId, WebSocket)>,
    /// Messages whose listeners are being called: what those ask for waits until all were called.
    pub(super) deliveries: u32,
    draining: bool,
    /// Something was asked for in a call from within, which left it to the one under way.
    asked: bool,
    watching_page: bool,
}

impl Inbox {
    /// Whether the machine still waits for this socket, or uses it.
    pub(super) fn is_wanted(&self, socket: SocketId) -> bool {
        self.expected == Some(socket)
    }
}

/// A new inbox's number.
pub(super) fn create() -> u32 {
    let fresh = Inbox {
        machine: Machine::new(Config::default(), clock::seed()),
        pairs: Vec::new(),
        alarm: None,
        expected: None,
        socket: None,
        deliveries: 0,
        draining: false,
        asked: false,
        watching_page: false,
    };
    INBOXES.with_borrow_mut(|all| {
        all.push(fresh);
        all.len() as u32 - 1
    })
}

/// Borrows an inbox. What is called in here must not call JavaScript. `None` where there is no such inbox.
pub(crate) fn with<T>(number: u32, f: impl FnOnce(&mut Inbox) -> T) -> Option<T> {
    INBOXES.with_borrow_mut(|all| all.get_mut(number as usize).map(f))
}

/// Tells the machine what happened, and does what it asks for.
pub(super) fn handle(number: u32, event: Event) {
    act(number, |inbox, now| {
        inbox.machine.handle(now, event);
        false
    });
}

/// Tells the machine something, and carries out what it asks for. Returns its answer.
pub(super) fn act(number: u32, f: impl FnOnce(&mut Inbox, Millis) -> bool) -> bool {
    let now = clock::now();
    let answer = with(number, |inbox| f(inbox, now));
    drain(number);
    answer == Some(true)
}

/// The listeners of a message were called.
pub(super) fn delivered(number: u32, calls: u32) {
    let asked = with(number, |inbox| {
        inbox.deliveries = inbox.deliveries.saturating_sub(1);
        inbox.machine.delivered(calls);
        // A listener that has left may have left a deadline behind, and no effect.
        inbox.asked || inbox.machine.has_effects()
    });
    if asked == Some(true) {
        drain(number);
    }
}

/// Opens the socket that the machine asked for, unless it has changed its mind meanwhile.
pub(super) fn open_socket(number: u32, socket: SocketId) {
    if with(number, |inbox| inbox.is_wanted(socket)) != Some(true) {
        return;
    }
    match open(number, socket) {
        Some(opened) => {
            with(number, |inbox| inbox.socket = Some((socket, opened)));
        }
        None => lost(number, socket),
    }
}

/// Carries out what the machine asks for until it asks for nothing more: the only place where that is done.
/// Called from within a callback of its own, it leaves the work to the call under way, which keeps the order.
pub(super) fn drain(number: u32) {
    let is_free = with(number, |inbox| {
        inbox.asked = true;
        inbox.deliveries == 0 && !std::mem::replace(&mut inbox.draining, true)
    });
    if is_free != Some(true) {
        return;
    }
    while let Some(effect) = with(number, |inbox| inbox.machine.poll_effect()).flatten() {
        carry_out(number, effect);
    }
    let deadline = with(number, |inbox| {
        inbox.draining = false;
        inbox.asked = false;
        inbox.machine.next_deadline()
    });
    // The timer is JavaScript's, so it is set while nothing is borrowed.
    let armed = take_alarm(number);
    let alarm = alarm::adjust(armed, deadline.flatten(), move || ring(number));
    with(number, |inbox| inbox.alarm = alarm);
}

fn ring(number: u32) {
    // Taken out first: an alarm that came a moment early has to be set anew for the same deadline.
    if let Some((_, rung)) = take_alarm(number) {
        rung.forget();
    }
    handle(number, Event::Alarm);
}

fn take_alarm(number: u32) -> Option<Alarm> {
    with(number, |inbox| inbox.alarm.take()).flatten()
}

fn carry_out(number: u32, asked: Effect) {
    match asked {
        Effect::Connect(socket) => {
            let first = with(number, |inbox| {
                inbox.expected = Some(socket);
                !std::mem::replace(&mut inbox.watching_page, true)
            });
            if first == Some(true) {
                effect(number, WATCH_PAGE, 0.0, 0.0, 0.0);
            }
            effect(number, ASK_ADDRESS, f64::from(socket), 0.0, 0.0);
        }
        Effect::Drop(socket) => {
            let dropped = with(number, |inbox| {
                inbox.expected.take_if(|expected| *expected == socket);
                inbox.socket.take_if(|(id, _)| *id == socket)
            });
            if let Some((_, socket)) = dropped.flatten() {
                through(number, &socket, LET_GO, 0.0, 0.0);
            }
        }
        Effect::Hello(socket) => {
            hand_over(number, |machine| machine.cursors().collect());
            say(number, socket, SAY_HELLO, 0, 0);
        }
        Effect::Sync { socket, id, bytes } => {
            hand_over(number, |machine| machine.sync_cursors().collect());
            say(number, socket, SAY_SYNC, id, bytes);
        }
        Effect::Ping { socket, id } => {
            say(number, socket, SAY_PING, id, 0);
        }
        Effect::Keepalive(socket) => {
            say(number, socket, SAY_KEEPALIVE, 0, 0);
        }
        Effect::Transmit { socket, send } => transmit(number, socket, send),
        Effect::Deliver(held) => {
            let calls = effect(number, DELIVER_HELD, f64::from(held), 0.0, 0.0);
            with(number, |inbox| inbox.machine.delivered(calls as u32));
        }
        Effect::Gap(gap) => {
            let (after, before) = (gap.after as f64, gap.before as f64);
            let calls = effect(number, REPORT_GAP, f64::from(gap.conversation), after, before);
            with(number, |inbox| inbox.machine.delivered(calls as u32));
        }
        Effect::Forget(held) => {
            effect(number, FORGET_HELD, f64::from(held), 0.0, 0.0);
        }
        Effect::Settle { send, outcome } => match outcome {
            Outcome::Delivered => settle(number, send, WAS_DELIVERED, ""),
            Outcome::Sent => settle(number, send, WAS_SENT, ""),
            Outcome::Rejected => settle(number, send, HAS_FAILED, "refused by the server"),
            Outcome::Failed(error) => settle(number, send, HAS_FAILED, error.text()),
        },
        Effect::ForgetConversations => {
            effect(number, FORGET_CONVERSATIONS, 0.0, 0.0, 0.0);
        }
        Effect::Announce => {
            if let Some(status) = with(number, |inbox| inbox.machine.status()) {
                let error = status.error.map_or("", |error| error.text());
                show_state(
                    number,
                    status.is_connected,
                    status.is_connecting,
                    status.reconnect_attempts,
                    error,
                );
            }
        }
    }
}

/// Hands slots and numbers to JavaScript, for the next frame.
fn hand_over(number: u32, pairs: impl FnOnce(&Machine) -> Vec<(Slot, Seq)>) {
    for (slot, seq) in with(number, |inbox| pairs(&inbox.machine)).unwrap_or_default() {
        effect(number, ADD_PAIR, f64::from(slot), seq as f64, 0.0);
    }
}

/// Does something through this socket, unless it is gone.
fn say(number: u32, socket: SocketId, what: i32, a: u32, b: u32) -> Option<f64> {
    let raw = with(number, |inbox| {
        let open = inbox.socket.as_ref().filter(|(id, _)| *id == socket);
        open.map(|(_, raw)| raw.clone())
    });
    raw.flatten().map(|raw| through(number, &raw, what, f64::from(a), f64::from(b)))
}

fn transmit(number: u32, socket: SocketId, send: SendId) {
    let Some(characters) = say(number, socket, TRANSMIT, send, 0) else { return };
    if characters < 0.0 {
        // The browser knows that the socket is closing and has not said so yet.
        lost(number, socket);
    } else {
        with(number, |inbox| inbox.machine.transmitted(send, characters as u32));
    }
}

/// This socket leads nowhere.
fn lost(number: u32, socket: SocketId) {
    handle(number, Event::Closed { socket, code: 1006, retry_after: None });
}
