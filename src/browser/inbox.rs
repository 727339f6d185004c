//! The page's inboxes, in thread-local state: each has a machine and the WebSocket that the machine controls.
//!
//! Each event is passed to the machine while the table is borrowed. [`drain`] then carries out the effects
//! one at a time, and ends the borrow before it calls JavaScript.

use std::cell::RefCell;

use web_sys::WebSocket;

use super::alarm::{self, Alarm};
use super::clock;
use super::imports::{effect, open, settle, show_state, through};
use super::numbers::*;
use crate::core::{Config, Effect, Event, Machine, Millis, Outcome, SendId, Seq, Slot, SocketId};

thread_local! {
    /// A disposed inbox leaves its place empty, so that no stale callback reaches another one.
    static INBOXES: RefCell<Vec<Option<Box<Inbox>>>> = const { RefCell::new(Vec::new()) };
}

pub(crate) struct Inbox {
    pub(crate) machine: Machine,
    /// Slots and numbers that JavaScript passes for its next command.
    pub(super) pairs: Vec<(u32, f64)>,
    alarm: Option<Alarm>,
    /// The socket that the machine has requested and not dropped since, whether or not it exists yet.
    expected: Option<SocketId>,
    socket: Option<(SocketId, WebSocket)>,
    /// Messages whose listeners are being called. Effects wait until all of these have returned.
    pub(super) deliveries: u32,
    draining: bool,
    /// A nested call has left effects to the `drain` or the delivery in progress.
    pending: bool,
    watching_page: bool,
    /// `DISPOSE` was called: the inbox is removed as soon as its last effect has been carried out.
    pub(super) is_disposed: bool,
}

impl Inbox {
    /// Returns whether the machine still waits for this socket, or uses it.
    pub(super) fn is_wanted(&self, socket: SocketId) -> bool {
        self.expected == Some(socket)
    }
}

/// Creates an inbox; returns its index in the table.
pub(super) fn create() -> u32 {
    let fresh = Inbox {
        machine: Machine::new(Config::default(), clock::seed()),
        pairs: Vec::new(),
        alarm: None,
        expected: None,
        socket: None,
        deliveries: 0,
        draining: false,
        pending: false,
        watching_page: false,
        is_disposed: false,
    };
    INBOXES.with_borrow_mut(|all| {
        all.push(Some(Box::new(fresh)));
        all.len() as u32 - 1
    })
}

/// Borrows an inbox. `f` must not call JavaScript, which may call back. `None` if there is no such inbox any more.
pub(crate) fn with<T>(number: u32, f: impl FnOnce(&mut Inbox) -> T) -> Option<T> {
    INBOXES.with_borrow_mut(|all| all.get_mut(number as usize)?.as_deref_mut().map(f))
}

/// Passes an event to the machine, and carries out the effects.
pub(super) fn handle(number: u32, event: Event) {
    act(number, |inbox, now| {
        inbox.machine.handle(now, event);
        false
    });
}

/// Calls `f`, and carries out the effects. Returns the result of `f`.
pub(super) fn act(number: u32, f: impl FnOnce(&mut Inbox, Millis) -> bool) -> bool {
    let now = clock::now();
    let result = with(number, |inbox| f(inbox, now));
    drain(number);
    result == Some(true)
}

/// Records that a message's listeners were called, and carries out the effects that waited for that.
pub(super) fn delivered(number: u32, calls: u32) {
    let is_due = with(number, |inbox| {
        inbox.deliveries = inbox.deliveries.saturating_sub(1);
        inbox.machine.delivered(calls);
        // `pending` covers a nested `unsubscribe`, which may set a deadline without an effect.
        inbox.pending || inbox.machine.has_effects()
    });
    if is_due == Some(true) {
        drain(number);
    }
}

/// Opens the socket that the machine has requested, unless it has dropped it meanwhile.
pub(super) fn open_socket(number: u32, socket: SocketId) {
    if with(number, |inbox| inbox.is_wanted(socket)) != Some(true) {
        return;
    }
    match open(number, socket) {
        Some(opened) => {
            with(number, |inbox| inbox.socket = Some((socket, opened)));
        }
        None => report_lost(number, socket),
    }
}

/// Carries out effects until the machine has none left; no other function does. A nested call, from a
/// callback of an effect, leaves the work to the outer call, which keeps the order.
pub(super) fn drain(number: u32) {
    let is_free = with(number, |inbox| {
        inbox.pending = true;
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
        inbox.pending = false;
        (!inbox.is_disposed).then(|| inbox.machine.next_deadline())
    });
    let Some(deadline) = deadline.flatten() else { return remove(number) };
    // Setting the timer calls JavaScript, so the inbox is not borrowed meanwhile.
    let armed = take_alarm(number);
    let alarm = alarm::adjust(armed, deadline, move || ring(number));
    with(number, |inbox| inbox.alarm = alarm);
}

/// Removes an inbox. Dropping its alarm calls JavaScript, so the table is not borrowed meanwhile.
fn remove(number: u32) {
    let removed = INBOXES.with_borrow_mut(|all| all.get_mut(number as usize).and_then(Option::take));
    drop(removed);
    effect(number, DISPOSED, 0.0, 0.0, 0.0);
}

fn ring(number: u32) {
    // Removes the alarm first: if it rang a moment early, `drain` must set it again for the same deadline.
    if let Some((_, rung)) = take_alarm(number) {
        rung.forget();
    }
    handle(number, Event::Alarm);
}

fn take_alarm(number: u32) -> Option<Alarm> {
    with(number, |inbox| inbox.alarm.take()).flatten()
}

fn carry_out(number: u32, task: Effect) {
    match task {
        Effect::Connect(socket) => {
            let first = with(number, |inbox| {
                inbox.expected = Some(socket);
                !std::mem::replace(&mut inbox.watching_page, true)
            });
            if first == Some(true) {
                effect(number, WATCH_PAGE, 0.0, 0.0, 0.0);
            }
            effect(number, RESOLVE_ADDRESS, f64::from(socket), 0.0, 0.0);
        }
        Effect::Drop(socket) => {
            let dropped = with(number, |inbox| {
                inbox.expected.take_if(|expected| *expected == socket);
                inbox.socket.take_if(|(id, _)| *id == socket)
            });
            if let Some((_, socket)) = dropped.flatten() {
                through(number, &socket, DROP_SOCKET, 0.0, 0.0);
            }
        }
        Effect::Hello(socket) => {
            add_pairs(number, |machine| machine.cursors().collect());
            on_socket(number, socket, SEND_HELLO, 0, 0);
        }
        Effect::Sync { socket, id, bytes } => {
            add_pairs(number, |machine| machine.sync_cursors().collect());
            on_socket(number, socket, SEND_SYNC, id, bytes);
        }
        Effect::Ping { socket, id } => {
            on_socket(number, socket, SEND_PING, id, 0);
        }
        Effect::Keepalive(socket) => {
            on_socket(number, socket, SEND_KEEPALIVE, 0, 0);
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

/// Passes slots and numbers to JavaScript for the next frame.
fn add_pairs(number: u32, pairs: impl FnOnce(&Machine) -> Vec<(Slot, Seq)>) {
    for (slot, seq) in with(number, |inbox| pairs(&inbox.machine)).unwrap_or_default() {
        effect(number, ADD_PAIR, f64::from(slot), seq as f64, 0.0);
    }
}

/// Carries out an effect on this socket, unless it is gone.
fn on_socket(number: u32, socket: SocketId, what: i32, a: u32, b: u32) -> Option<f64> {
    let raw = with(number, |inbox| {
        let open = inbox.socket.as_ref().filter(|(id, _)| *id == socket);
        open.map(|(_, raw)| raw.clone())
    });
    raw.flatten().map(|raw| through(number, &raw, what, f64::from(a), f64::from(b)))
}

fn transmit(number: u32, socket: SocketId, send: SendId) {
    let Some(characters) = on_socket(number, socket, TRANSMIT, send, 0) else { return };
    if characters < 0.0 {
        // The socket is closing, and its close event has not arrived yet.
        report_lost(number, socket);
    } else {
        with(number, |inbox| inbox.machine.transmitted(send, characters as u32));
    }
}

/// Passes the loss of this socket to the machine.
fn report_lost(number: u32, socket: SocketId) {
    handle(number, Event::Closed { socket, code: 1006, retry_after: None });
}
