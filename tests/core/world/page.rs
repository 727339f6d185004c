//! A page with one listener and one conversation, on a server that may speak layer 1. It records the machine's effects,
//! and advances the clock on request.

use inbox_socket::core::{
    Config, Effect, Event, Kind, Machine, Millis, Outcome, SendError, SendId, Seq, Slot, SocketId, Verdict,
};

/// The one conversation, by its slot.
pub(crate) const ROOM: Slot = 2;

pub(crate) struct Page {
    pub(crate) machine: Machine,
    pub(crate) now: Millis,
    /// The socket that exists now.
    pub(crate) socket: Option<SocketId>,
    /// Sockets asked for.
    pub(crate) attempts: u32,
    /// Frames handed to a socket, once for each time.
    pub(crate) sent: Vec<SendId>,
    pub(crate) settled: Vec<(SendId, Outcome)>,
    /// The effects since the last call of `effects`.
    effects: Vec<Effect>,
}

impl Page {
    /// Its first handshake is pending.
    pub(crate) fn new() -> Self {
        Self::with(Config::default())
    }

    pub(crate) fn with(config: Config) -> Self {
        let mut page = Self {
            machine: Machine::new(Config { jitter: 0.0, ..config }, 1),
            now: 1_000,
            socket: None,
            attempts: 0,
            sent: Vec::new(),
            settled: Vec::new(),
            effects: Vec::new(),
        };
        page.machine.subscribe(page.now);
        page.carry_out();
        page
    }

    /// Its server speaks layer 1, and the conversation has this head.
    pub(crate) fn assured(head: Seq) -> Self {
        let mut page = Self::new();
        page.open();
        page.welcome(head);
        page.effects();
        page
    }

    /// Its server speaks another wire and acknowledges messages. The connection is open.
    pub(crate) fn with_acks() -> Self {
        let mut page = Self::with(Config { protocol: 0, acks: true, ..Config::default() });
        page.open();
        page.effects();
        page
    }

    /// Its server spoke layer 1 before, and a new connection to it has just opened.
    pub(crate) fn met() -> Self {
        let mut page = Self::assured(0);
        page.pass(10_000);
        page.close(1006);
        page.come_back();
        page.effects();
        page
    }

    pub(crate) fn socket(&self) -> SocketId {
        self.socket.expect("there is a socket")
    }

    pub(crate) fn open(&mut self) {
        self.handle(Event::Opened { socket: self.socket() });
    }

    pub(crate) fn close(&mut self, code: u16) {
        self.handle(Event::Closed { socket: self.socket(), code, retry_after: None });
    }

    /// Waits for the next attempt, which succeeds.
    pub(crate) fn come_back(&mut self) {
        while self.socket.is_none() {
            self.pass_to_deadline();
        }
        self.open();
    }

    pub(crate) fn welcome(&mut self, head: Seq) {
        self.machine.welcomed(self.now, self.socket(), Some(25_000), &[(ROOM, head)]);
        self.carry_out();
    }

    /// Receives another user's message.
    pub(crate) fn receive(&mut self, seq: Seq) -> Verdict {
        let verdict = self.machine.receive(self.socket(), Some(ROOM), Some(seq), 10, true);
        if verdict != Verdict::Deliver {
            self.machine.handle(self.now, Event::OutOfTurn);
        }
        self.carry_out();
        verdict
    }

    /// Receives a frame without a `seq`.
    pub(crate) fn hear(&mut self) {
        self.machine.receive(self.socket(), None, None, 10, true);
        self.carry_out();
    }

    pub(crate) fn acknowledge(&mut self, send: SendId) {
        self.machine.acknowledged(self.now, self.socket(), send);
        self.carry_out();
    }

    /// Receives a rejection of this message.
    pub(crate) fn reject(&mut self, send: SendId, retry_after: Option<Millis>) {
        self.machine.rejected(self.now, self.socket(), send, retry_after);
        self.carry_out();
    }

    pub(crate) fn pong(&mut self, id: u32, total: Seq) {
        self.machine.ponged(self.now, self.socket(), id, total);
        self.carry_out();
    }

    /// Receives a `sync_response` with this id.
    pub(crate) fn synced(
        &mut self,
        id: u32,
        floor: Option<Seq>,
        messages: &[Seq],
        head: Seq,
        has_more: bool,
    ) {
        let floors: Vec<_> = floor.iter().map(|floor| (ROOM, *floor)).collect();
        assert!(self.machine.begin_synced(self.now, self.socket(), id, &floors), "this sync is in flight");
        self.carry_out();
        for seq in messages {
            self.machine.receive_synced(self.socket(), ROOM, *seq);
            self.carry_out();
        }
        self.machine.synced(self.now, self.socket(), &[(ROOM, head)], has_more);
        self.carry_out();
    }

    pub(crate) fn send(&mut self) -> SendId {
        self.try_send(Kind::Message, 10).expect("the queue has room")
    }

    pub(crate) fn try_send(&mut self, kind: Kind, characters: usize) -> Result<SendId, SendError> {
        let send = self.machine.send(self.now, kind, characters);
        self.carry_out();
        send
    }

    pub(crate) fn handle(&mut self, event: Event) {
        self.machine.handle(self.now, event);
        self.carry_out();
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

    pub(crate) fn pass_to_deadline(&mut self) {
        let deadline = self.machine.next_deadline().expect("the machine has a deadline");
        self.pass(deadline - self.now);
    }

    /// Lets time pass until the page gives this connection up. Returns how long that took.
    pub(crate) fn time_until_given_up(&mut self) -> Millis {
        let (since, socket) = (self.now, self.socket());
        while self.socket == Some(socket) {
            self.pass_to_deadline();
        }
        self.now - since
    }

    /// The effects since the last call.
    pub(crate) fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The id and `bytes` of the `sync` sent since the last look at the effects.
    pub(crate) fn sync(&mut self) -> Option<(u32, u32)> {
        self.effects().into_iter().find_map(|effect| match effect {
            Effect::Sync { id, bytes, .. } => Some((id, bytes)),
            _ => None,
        })
    }

    /// The id of the `ping` sent since the last look at the effects.
    pub(crate) fn ping(&mut self) -> Option<u32> {
        self.effects().into_iter().find_map(|effect| match effect {
            Effect::Ping { id, .. } => Some(id),
            _ => None,
        })
    }

    /// Whether `hello` was sent since the last look at the effects.
    pub(crate) fn said_hello(&mut self) -> bool {
        self.effects().iter().any(|effect| matches!(effect, Effect::Hello(_)))
    }

    pub(crate) fn outcome(&self, send: SendId) -> Option<Outcome> {
        self.settled.iter().find(|(settled, _)| *settled == send).map(|(_, outcome)| *outcome)
    }

    pub(crate) fn carry_out(&mut self) {
        while let Some(effect) = self.machine.poll_effect() {
            self.effects.push(effect);
            match effect {
                Effect::Connect(socket) => {
                    self.socket = Some(socket);
                    self.attempts += 1;
                }
                Effect::Drop(socket) if self.socket == Some(socket) => self.socket = None,
                Effect::Transmit { socket, send } if self.socket == Some(socket) => {
                    self.sent.push(send);
                    self.machine.transmitted(send, 10);
                }
                Effect::Settle { send, outcome } => self.settled.push((send, outcome)),
                _ => {}
            }
        }
    }
}
