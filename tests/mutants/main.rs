//! What layer 1 does at once. The promise would be kept without: the next sync or the next digest puts right what
//! is late, so a simulation that looks at the end cannot miss any of this.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use inbox_socket::core::{Config, Effect, Event, Kind, Machine, Millis, SocketId, Verdict};

const ROOM: u32 = 2;

/// A page with one listener, and the effects that were left to it.
struct Page {
    machine: Machine,
    socket: SocketId,
    effects: Vec<Effect>,
}

impl Page {
    /// Its first handshake has just succeeded.
    fn new() -> Self {
        let machine = Machine::new(Config { jitter: 0.0, ..Config::default() }, 1);
        let mut page = Self { machine, socket: 0, effects: Vec::new() };
        page.machine.subscribe(0);
        page.open(0);
        page
    }

    fn open(&mut self, now: Millis) {
        self.carry_out();
        self.machine.handle(now, Event::Opened { socket: self.socket });
    }

    fn welcome(&mut self, now: Millis, head: u64) {
        self.machine.welcomed(now, self.socket, Some(25_000), &[(ROOM, head)]);
        self.carry_out();
    }

    fn receive(&mut self, seq: u64) -> Verdict {
        self.machine.receive(self.socket, Some(ROOM), Some(seq), 10, true)
    }

    fn alarm(&mut self, now: Millis) -> Vec<Effect> {
        self.machine.handle(now, Event::Alarm);
        self.carry_out()
    }

    /// What is new.
    fn carry_out(&mut self) -> Vec<Effect> {
        let effects: Vec<Effect> = std::iter::from_fn(|| self.machine.poll_effect()).collect();
        for effect in &effects {
            if let Effect::Connect(socket) = effect {
                self.socket = *socket;
            }
        }
        self.effects.extend(&effects);
        effects
    }

    fn has(&self, wanted: impl Fn(&Effect) -> bool) -> bool {
        self.effects.iter().any(wanted)
    }
}

fn is_transmit(effect: &Effect) -> bool {
    matches!(effect, Effect::Transmit { .. })
}

fn is_sync(effect: &Effect) -> bool {
    matches!(effect, Effect::Sync { .. })
}

#[test]
fn a_held_message_is_heard_as_soon_as_the_missing_one_has_come() {
    let mut page = Page::new();
    page.welcome(10, 7);
    let Verdict::Hold(held) = page.receive(9) else { panic!("it is early") };
    assert_eq!(page.receive(8), Verdict::Deliver);
    assert_eq!(page.carry_out(), [Effect::Deliver(held)]);
}

#[test]
fn what_was_missed_is_asked_for_with_the_next_welcome() {
    let mut page = Page::new();
    page.welcome(10, 7);
    page.machine.handle(20_000, Event::Closed { socket: page.socket, code: 1006, retry_after: None });
    page.alarm(20_500);
    page.open(20_550);
    assert!(!page.has(is_sync));
    page.welcome(20_600, 8);
    assert!(page.has(is_sync));
}

#[test]
fn a_message_waits_for_the_welcome_and_a_request_does_not() {
    let mut page = Page::new();
    page.machine.send(10, Kind::Message, 10).unwrap();
    let request = page.machine.send(10, Kind::Request, 10).unwrap();
    page.carry_out();
    let sent: Vec<_> = page.effects.iter().copied().filter(is_transmit).collect();
    assert_eq!(sent, [Effect::Transmit { socket: page.socket, send: request }]);
    page.welcome(20, 0);
    assert_eq!(page.effects.iter().filter(|effect| is_transmit(effect)).count(), 2);
}

#[test]
fn an_alarm_that_was_held_up_asks_once_more_before_it_gives_the_connection_up() {
    let mut page = Page::new();
    page.welcome(0, 0);
    assert!(matches!(page.alarm(25_000)[..], [Effect::Ping { .. }]));
    // Woken from sleep a minute later: the answer may have come meanwhile, and be heard after this.
    assert!(matches!(page.alarm(90_000)[..], [Effect::Ping { .. }]));
    assert!(page.machine.status().is_connected);
    page.alarm(95_000);
    assert!(!page.machine.status().is_connected);
}
