//! The page's one hub: the machine and the real things that it steers, in thread-local state.
//!
//! Whatever happens is handed to the machine while the hub is borrowed; what the machine asks for is done by
//! [`drain`], one effect at a time, with the borrow given back before anything outside is called.

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::JsValue;

use super::{address, address::Address, alarm, clock, envelope, page, socket::Socket};
use crate::core::{Config, DropReason, Effect, Event, ListenerId, Machine, Outcome, SendId, Slot, SocketId};

/// Frames longer than this are dropped unread, in UTF-16 code units.
const FRAME_LIMIT: u32 = 1 << 20;

thread_local! {
    static HUB: RefCell<Hub> = RefCell::new(Hub::new(Config::default(), Address::default(), FRAME_LIMIT));
}

pub(super) struct Hub {
    pub(super) machine: Machine,
    pub(super) address: Address,
    /// The socket that the machine has asked for and not dropped since, whether it exists yet or not.
    pub(super) expected: Option<SocketId>,
    socket: Option<Socket>,
    frame_limit: u32,
    watchers: Vec<(u32, Function)>,
    next_watcher: u32,
    draining: bool,
    watching_page: bool,
    /// Lent to each dispatch, so that a message allocates nothing.
    listeners: Vec<ListenerId>,
}

impl Hub {
    fn new(config: Config, address: Address, frame_limit: u32) -> Self {
        Self {
            machine: Machine::new(config, clock::seed()),
            address,
            expected: None,
            socket: None,
            frame_limit,
            watchers: Vec::new(),
            next_watcher: 0,
            draining: false,
            watching_page: false,
            listeners: Vec::new(),
        }
    }
}

/// Borrows the hub. What is called in here must not call JavaScript.
pub(super) fn with<T>(f: impl FnOnce(&mut Hub) -> T) -> T {
    HUB.with_borrow_mut(f)
}

/// Sets the options. Only before first use: the machine starts anew.
pub(super) fn configure(config: Config, address: Address, frame_limit: Option<u32>) {
    let limit = frame_limit.unwrap_or(FRAME_LIMIT);
    let old = with(|hub| std::mem::replace(hub, Hub::new(config, address, limit)));
    drop(old);
}

/// Tells the machine what happened, and does what it asks for.
pub(super) fn handle(event: Event) {
    let now = clock::now();
    with(|hub| hub.machine.handle(now, event));
    drain();
}

/// A message arrived: its listeners are named under the borrow and called after it.
pub(super) fn receive(socket: SocketId, conversation: Option<Slot>, characters: u32) {
    let mut listeners = with(|hub| {
        let mut listeners = std::mem::take(&mut hub.listeners);
        hub.machine.receive(socket, conversation, characters, &mut listeners);
        listeners
    });
    for listener in &listeners {
        envelope::deliver(*listener);
    }
    listeners.clear();
    with(|hub| hub.listeners = listeners);
}

pub(super) fn receive_unusable(socket: SocketId, characters: u32, why: DropReason) {
    with(|hub| hub.machine.receive_unusable(socket, characters, why));
}

/// Opens the socket that the machine asked for, unless it has changed its mind meanwhile.
pub(super) fn open(socket: SocketId, url: &str) {
    let Some(frame_limit) = with(|hub| (hub.expected == Some(socket)).then_some(hub.frame_limit)) else {
        return;
    };
    match Socket::open(socket, url, frame_limit) {
        Ok(opened) => with(|hub| hub.socket = Some(opened)),
        Err(error) => {
            envelope::report(&error);
            failed(socket);
        }
    }
}

/// This socket leads nowhere.
pub(super) fn failed(socket: SocketId) {
    handle(Event::Closed { socket, code: 1006, retry_after: None });
}

/// Tells a callback of each change of the public status.
pub(super) fn watch(callback: Function) -> u32 {
    with(|hub| {
        let id = hub.next_watcher;
        hub.next_watcher = id.wrapping_add(1);
        hub.watchers.push((id, callback));
        id
    })
}

pub(super) fn unwatch(id: u32) {
    with(|hub| hub.watchers.retain(|(watcher, _)| *watcher != id));
}

/// Carries out what the machine asks for until it asks for nothing more: the only place where that is done.
/// Called from within a callback of its own, it leaves the work to the call under way, which keeps the order.
pub(super) fn drain() {
    if with(|hub| std::mem::replace(&mut hub.draining, true)) {
        return;
    }
    while let Some(effect) = with(|hub| hub.machine.poll_effect()) {
        carry_out(effect);
    }
    let deadline = with(|hub| {
        hub.draining = false;
        hub.machine.next_deadline()
    });
    alarm::set(deadline);
}

fn carry_out(effect: Effect) {
    match effect {
        Effect::Connect(socket) => {
            let first = with(|hub| {
                hub.expected = Some(socket);
                !std::mem::replace(&mut hub.watching_page, true)
            });
            if first {
                page::watch();
            }
            address::ask(socket);
        }
        Effect::Drop(socket) => {
            let dropped = with(|hub| {
                hub.expected.take_if(|expected| *expected == socket);
                hub.socket.take_if(|open| open.id == socket)
            });
            drop(dropped);
        }
        Effect::Transmit { socket, send } => transmit(socket, send),
        Effect::Settle { send, outcome } => match outcome {
            Outcome::Sent => envelope::settle_sent(send),
            Outcome::Failed(error) => envelope::settle_failed(send, error.text()),
        },
        Effect::Announce => {
            let watchers = with(|hub| hub.watchers.clone());
            for (_, watcher) in watchers {
                envelope::call(&watcher, &JsValue::UNDEFINED);
            }
        }
    }
}

fn transmit(socket: SocketId, send: SendId) {
    let open = with(|hub| {
        let open = hub.socket.as_ref().filter(|open| open.id == socket);
        open.map(|open| open.raw.clone())
    });
    // A frame for a socket that is gone stays in the outbox for the next one.
    let Some(raw) = open else { return };
    match u32::try_from(envelope::transmit(&raw, send)) {
        Ok(characters) => with(|hub| hub.machine.transmitted(send, characters)),
        // The browser knows that the socket is closing and has not said so yet.
        Err(_) => failed(socket),
    }
}
