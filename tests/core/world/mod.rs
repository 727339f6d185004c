//! A browser in virtual time: it carries out the machine's effects, records them, and advances the clock on request.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod page;

use inbox_socket::core::{Config, Effect, Event, Kind, Machine, Millis, Outcome, SendId, SocketId, Status};

pub(crate) struct World {
    pub(crate) machine: Machine,
    pub(crate) now: Millis,
    /// The socket that exists now, as a browser would hold it.
    pub(crate) socket: Option<SocketId>,
    /// Every socket that the machine asked for.
    pub(crate) opened: Vec<SocketId>,
    pub(crate) sent: Vec<SendId>,
    pub(crate) settled: Vec<(SendId, Outcome)>,
    /// The status at each announcement.
    pub(crate) announced: Vec<Status>,
    /// How often the keepalive frame was sent.
    pub(crate) kept_alive: u32,
    /// The socket is closing, and its close event is pending: it takes no frames. A new socket takes frames again.
    pub(crate) socket_takes_no_more: bool,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Config { jitter: 0.0, protocol: 0, ..Config::default() })
    }

    pub(crate) fn with(config: Config) -> Self {
        Self {
            machine: Machine::new(config, 1),
            now: 1_000,
            socket: None,
            opened: Vec::new(),
            sent: Vec::new(),
            settled: Vec::new(),
            announced: Vec::new(),
            kept_alive: 0,
            socket_takes_no_more: false,
        }
    }

    /// A world whose connection is open, with one listener.
    pub(crate) fn connected() -> Self {
        let mut world = Self::new();
        world.subscribe();
        world.open();
        world
    }

    pub(crate) fn subscribe(&mut self) {
        self.machine.subscribe(self.now);
        self.carry_out();
    }

    pub(crate) fn unsubscribe(&mut self) {
        self.machine.unsubscribe(self.now);
        self.carry_out();
    }

    pub(crate) fn send(&mut self) -> SendId {
        let id = self.machine.send(self.now, Kind::Message, 10).expect("the queue has room");
        self.carry_out();
        id
    }

    pub(crate) fn handle(&mut self, event: Event) {
        self.machine.handle(self.now, event);
        self.carry_out();
    }

    /// The pending handshake succeeds.
    pub(crate) fn open(&mut self) {
        let socket = self.socket.expect("a handshake is pending");
        self.handle(Event::Opened { socket });
    }

    /// The socket closes with this code.
    pub(crate) fn close(&mut self, code: u16) {
        self.close_with_hint(code, None);
    }

    pub(crate) fn close_with_hint(&mut self, code: u16, retry_after: Option<Millis>) {
        let socket = self.socket.expect("there is a socket");
        self.handle(Event::Closed { socket, code, retry_after });
    }

    /// Lets time pass, with the alarm going off at each deadline on the way.
    pub(crate) fn pass(&mut self, span: Millis) {
        let end = self.now + span;
        while let Some(deadline) = self.machine.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.max(deadline);
            self.handle(Event::Alarm);
        }
        self.now = end;
    }

    /// Lets time pass until the next deadline. Returns how long that took.
    pub(crate) fn pass_to_deadline(&mut self) -> Millis {
        let deadline = self.machine.next_deadline().expect("the machine has a deadline");
        let span = deadline - self.now;
        self.pass(span);
        span
    }

    /// Fails every attempt until the machine gives up.
    pub(crate) fn fail_until_given_up(&mut self) {
        while self.machine.next_deadline().is_some() {
            if self.socket.is_some() {
                self.close(1006);
            } else {
                self.pass_to_deadline();
            }
        }
    }

    pub(crate) fn status(&self) -> Status {
        self.machine.status()
    }

    pub(crate) fn error(&self) -> Option<&'static str> {
        self.status().error.map(|error| error.text())
    }

    fn carry_out(&mut self) {
        while let Some(effect) = self.machine.poll_effect() {
            match effect {
                Effect::Connect(socket) => {
                    assert_eq!(self.socket, None, "a second socket while one exists");
                    self.socket = Some(socket);
                    self.socket_takes_no_more = false;
                    self.opened.push(socket);
                }
                Effect::Drop(socket) => {
                    if self.socket == Some(socket) {
                        self.socket = None;
                    }
                }
                Effect::Transmit { socket, send } => self.transmit(socket, send),
                Effect::Settle { send, outcome } => self.settled.push((send, outcome)),
                Effect::Keepalive(_) => self.kept_alive += 1,
                Effect::ForgetConversations => {}
                Effect::Hello(_) | Effect::Sync { .. } | Effect::Ping { .. } => {
                    panic!("layer 1 was not negotiated")
                }
                Effect::Deliver(_) | Effect::Forget(_) | Effect::Gap(_) => panic!("layer 0 has no cursors"),
                Effect::Announce => self.announced.push(self.machine.status()),
            }
        }
    }

    fn transmit(&mut self, socket: SocketId, send: SendId) {
        if self.socket != Some(socket) {
            return;
        }
        if self.socket_takes_no_more {
            let event = Event::Closed { socket, code: 1006, retry_after: None };
            self.machine.handle(self.now, event);
        } else {
            self.sent.push(send);
            self.machine.transmitted(send, 10);
        }
    }
}
