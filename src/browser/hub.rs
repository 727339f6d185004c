//! The page's one hub: the machine and the real things that it steers, in thread-local state.
//!
//! Whatever happens is handed to the machine while the hub is borrowed; what the machine asks for is done by
//! [`drain`], one effect at a time, with the borrow given back before anything outside is called.

use std::cell::RefCell;

use js_sys::{Function, Reflect};
use wasm_bindgen::JsValue;
use web_sys::WebSocket;

use super::{address, address::Address, alarm, clock, envelope, page, socket::Socket};
use crate::core::{
    Config, Effect, Event, HeldId, Machine, Millis, Outcome, SendId, Seq, Slot, SocketId, Verdict,
};

/// Frames longer than this are dropped unread, in UTF-16 code units.
pub(crate) const FRAME_LIMIT: u32 = 1 << 20;

/// Frames longer than this are not accepted for sending, in bytes. Part of the wire: see PROTOCOL.md.
pub(crate) const MESSAGE_LIMIT: u32 = 65_536;

thread_local! {
    static HUB: RefCell<Hub> = RefCell::new(Hub::new(Config::default(), Shell::default()));
}

/// The options that the machine knows nothing of.
pub(crate) struct Shell {
    pub(crate) address: Address,
    pub(crate) frame_limit: u32,
    pub(crate) message_limit: u32,
    /// The option of that name as JavaScript has it, or undefined; its interval is the machine's.
    pub(crate) keepalive: JsValue,
}

impl Default for Shell {
    fn default() -> Self {
        Self {
            address: Address::default(),
            frame_limit: FRAME_LIMIT,
            message_limit: MESSAGE_LIMIT,
            keepalive: JsValue::UNDEFINED,
        }
    }
}

pub(crate) struct Hub {
    pub(crate) machine: Machine,
    pub(super) shell: Shell,
    /// The socket that the machine has asked for and not dropped since, whether it exists yet or not.
    pub(super) expected: Option<SocketId>,
    socket: Option<Socket>,
    /// The highest layer of the wire that is offered.
    pub(super) protocol: u32,
    watchers: Vec<(u32, Function)>,
    next_watcher: u32,
    draining: bool,
    /// Something was asked for in a call from within, which left it to the one under way.
    asked: bool,
    watching_page: bool,
}

impl Hub {
    fn new(config: Config, shell: Shell) -> Self {
        Self {
            protocol: config.protocol,
            machine: Machine::new(config, clock::seed()),
            shell,
            expected: None,
            socket: None,
            watchers: Vec::new(),
            next_watcher: 0,
            draining: false,
            asked: false,
            watching_page: false,
        }
    }

    /// Whether anything has been asked of it: too late for options.
    #[cfg(not(feature = "npm"))]
    pub(crate) fn is_used(&self, now: Millis) -> bool {
        !self.watchers.is_empty() || self.machine.stats(now).attempts > 0
    }
}

/// Borrows the hub. What is called in here must not call JavaScript.
pub(crate) fn with<T>(f: impl FnOnce(&mut Hub) -> T) -> T {
    HUB.with_borrow_mut(f)
}

/// Sets the options. Only before first use: the machine starts anew.
pub(crate) fn configure(config: Config, shell: Shell) {
    let mut fresh = Hub::new(config, shell);
    let old = with(|hub| {
        fresh.watching_page = hub.watching_page;
        std::mem::replace(hub, fresh)
    });
    drop(old);
}

/// Tells the machine what happened, and does what it asks for.
pub(super) fn handle(event: Event) {
    act(|machine, now| machine.handle(now, event));
}

/// Tells the machine something, and does what it asks for.
pub(super) fn act<T>(f: impl FnOnce(&mut Machine, Millis) -> T) -> T {
    let now = clock::now();
    let answer = with(|hub| f(&mut hub.machine, now));
    drain();
    answer
}

/// A message arrived, `parsed` or told from its raw text. Answers under which id to keep it, if it came too early.
pub(super) fn receive(
    socket: SocketId,
    conversation: Option<Slot>,
    seq: Option<Seq>,
    characters: u32,
    parsed: bool,
) -> Option<HeldId> {
    let (verdict, asked) = with(|hub| {
        let verdict = hub.machine.receive(socket, conversation, seq, characters, parsed);
        (verdict, hub.machine.has_effects())
    });
    match verdict {
        Verdict::Deliver if parsed => deliver(),
        // Nobody hears this one, but others may have been held for it.
        Verdict::Deliver if asked => drain(),
        Verdict::Deliver => {}
        // Only now is the time of interest: a clock asked for each message would cost a tenth of its parse.
        Verdict::Drop | Verdict::Hold(_) => handle(Event::OutOfTurn),
    }
    match verdict {
        Verdict::Hold(id) => Some(id),
        Verdict::Deliver | Verdict::Drop => None,
    }
}

/// Calls the listeners of the message under way. Whatever they do that asks for effects waits
/// until all were called.
pub(super) fn deliver() {
    let nested = with(|hub| std::mem::replace(&mut hub.draining, true));
    let calls = envelope::deliver();
    let asked = with(|hub| {
        hub.draining = nested;
        hub.machine.delivered(calls);
        // A listener that has left may have left a deadline behind, and no effect.
        hub.asked || hub.machine.has_effects()
    });
    if asked {
        drain();
    }
}

/// Opens the socket that the machine asked for, unless it has changed its mind meanwhile.
pub(super) fn open(socket: SocketId, url: &str) {
    let wanted = with(|hub| {
        let is_wanted = hub.expected == Some(socket);
        is_wanted.then(|| (hub.shell.frame_limit, hub.shell.keepalive.clone()))
    });
    let Some((frame_limit, keepalive)) = wanted else { return };
    match Socket::open(socket, url, frame_limit, &keepalive) {
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
pub(crate) fn watch(callback: Function) -> u32 {
    with(|hub| {
        let id = hub.next_watcher;
        hub.next_watcher = id.wrapping_add(1);
        hub.watchers.push((id, callback));
        id
    })
}

pub(crate) fn unwatch(id: u32) {
    with(|hub| hub.watchers.retain(|(watcher, _)| *watcher != id));
}

/// Carries out what the machine asks for until it asks for nothing more: the only place where that is done.
/// Called from within a callback of its own, it leaves the work to the call under way, which keeps the order.
pub(super) fn drain() {
    let under_way = with(|hub| {
        hub.asked = true;
        std::mem::replace(&mut hub.draining, true)
    });
    if under_way {
        return;
    }
    while let Some(effect) = with(|hub| hub.machine.poll_effect()) {
        carry_out(effect);
    }
    let deadline = with(|hub| {
        hub.draining = false;
        hub.asked = false;
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
            if let Some(socket) = dropped {
                socket.let_go();
            }
        }
        Effect::Hello(socket) => {
            let cursors = with(|hub| flat(hub.machine.cursors()));
            with_socket(socket, |raw| envelope::say_hello(raw, &cursors));
        }
        Effect::Sync { socket, id, bytes } => {
            let after = with(|hub| flat(hub.machine.sync_cursors()));
            with_socket(socket, |raw| envelope::say_sync(raw, id, bytes, &after));
        }
        Effect::Keepalive(socket) => {
            let keepalive = with(|hub| hub.shell.keepalive.clone());
            let frame = Reflect::get(&keepalive, &"frame".into()).unwrap_or_default();
            with_socket(socket, |raw| envelope::say(raw, &frame));
        }
        Effect::Ping { socket, id } => with_socket(socket, |raw| envelope::say_ping(raw, id)),
        Effect::Transmit { socket, send } => with_socket(socket, |raw| transmit(raw, socket, send)),
        Effect::Deliver(held) => {
            envelope::recall(held);
            deliver();
        }
        Effect::Forget(held) => envelope::forget(held),
        Effect::Gap(gap) => {
            envelope::report_gap(gap.conversation, gap.after as f64, gap.before as f64);
            deliver();
        }
        Effect::Settle { send, outcome } => match outcome {
            Outcome::Delivered => envelope::settle_delivered(send),
            Outcome::Sent => envelope::settle_sent(send),
            Outcome::Refused => envelope::settle_failed(send, "refused by the server"),
            Outcome::Failed(error) => envelope::settle_failed(send, error.text()),
        },
        Effect::ForgetConversations => {
            let unheard = envelope::unheard();
            let forgotten = with(|hub| {
                let unheard = unheard.into_iter();
                unheard.filter(|slot| !hub.machine.counts(*slot)).collect::<Vec<Slot>>()
            });
            forgotten.into_iter().for_each(envelope::release);
        }
        Effect::Announce => {
            let watchers = with(|hub| hub.watchers.clone());
            for (id, watcher) in watchers {
                // One called before it may have ended this one.
                if with(|hub| hub.watchers.iter().any(|(watching, _)| *watching == id)) {
                    envelope::call(&watcher, &JsValue::UNDEFINED);
                }
            }
        }
    }
}

/// Does something with this socket, unless it is gone.
fn with_socket(socket: SocketId, f: impl FnOnce(&WebSocket)) {
    let raw = with(|hub| {
        let open = hub.socket.as_ref().filter(|open| open.id == socket);
        open.map(|open| open.raw.clone())
    });
    if let Some(raw) = raw {
        f(&raw);
    }
}

fn transmit(raw: &WebSocket, socket: SocketId, send: SendId) {
    match u32::try_from(envelope::transmit(raw, send)) {
        Ok(characters) => {
            with(|hub| hub.machine.transmitted(send, characters));
        }
        // The browser knows that the socket is closing and has not said so yet.
        Err(_) => failed(socket),
    }
}

/// Slots and numbers in turn, as they cross into JavaScript.
fn flat(pairs: impl Iterator<Item = (Slot, Seq)>) -> Vec<f64> {
    let mut list = Vec::new();
    for (slot, seq) in pairs {
        list.push(f64::from(slot));
        list.push(seq as f64);
    }
    list
}
