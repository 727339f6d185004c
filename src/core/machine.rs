//! The machine: the connection, who listens, and what waits to be sent, behind one face.

use std::collections::VecDeque;

use super::{
    Audience, Config, DropReason, Effect, Event, ListenerId, Millis, Outcome, SendError, SendId, Slot,
    SocketId, Stats, Status,
    connection::{Connection, Io, Nudge},
    outbox::Outbox,
    registry::Registry,
};

/// Everything that is decided about the one connection of a page. See the [module](super) for the contract.
#[derive(Debug)]
pub struct Machine {
    connection: Connection,
    registry: Registry,
    outbox: Outbox,
    queue_limit: usize,
    stats: Stats,
    effects: VecDeque<Effect>,
    announced: Status,
    /// The page is away, perhaps in the back/forward cache.
    away: bool,
    /// Time never runs backwards in here, whatever the caller's clock does.
    now: Millis,
}

impl Machine {
    /// A machine at rest. The same seed draws the same jitter.
    pub fn new(config: Config, seed: u64) -> Self {
        Self {
            queue_limit: config.queue_limit,
            connection: Connection::new(config, seed),
            registry: Registry::default(),
            outbox: Outbox::default(),
            stats: Stats::default(),
            effects: VecDeque::new(),
            announced: Status::default(),
            away: false,
            now: 0,
        }
    }

    /// Takes in something that happened.
    pub fn handle(&mut self, now: Millis, event: Event) {
        let now = self.tick(now);
        let (connection, mut io) = self.connection_io();
        match event {
            Event::Opened { socket } => {
                if connection.opened(now, socket) {
                    self.stats.handshakes += 1;
                    self.flush(socket);
                }
            }
            Event::Closed { socket, code, retry_after } => {
                connection.closed(now, socket, code, retry_after, &mut io);
            }
            Event::Alarm => connection.alarm(now, &mut io),
            Event::Online | Event::Visible => connection.nudge(now, Nudge::Page, &mut io),
            Event::Retry => connection.nudge(now, Nudge::User, &mut io),
            Event::PageHidden => {
                connection.suspend(now, &mut io);
                self.away = true;
            }
            Event::PageShown => self.away = false,
            Event::Disconnect => {
                connection.end(now, &mut io);
                self.abandon_queue();
            }
        }
        self.settle();
    }

    /// Adds a listener; the first one connects.
    pub fn subscribe(&mut self, now: Millis, audience: Audience) -> ListenerId {
        let now = self.tick(now);
        let id = self.registry.add(audience);
        if self.registry.len() == 1 {
            let (connection, mut io) = self.connection_io();
            connection.nudge(now, Nudge::Listener, &mut io);
        }
        self.settle();
        id
    }

    /// Removes a listener; the last one to leave closes the connection after the linger. Leaving twice is
    /// harmless. Answers whether its conversation is still heard by someone.
    pub fn unsubscribe(&mut self, now: Millis, audience: Audience, id: ListenerId) -> bool {
        self.tick(now);
        self.registry.remove(audience, id);
        self.settle();
        match audience {
            Audience::Everything => true,
            Audience::Conversation(slot) => self.registry.hears(slot),
        }
    }

    /// Accepts a frame for sending: at once if the connection is open, else as soon as it is, in order.
    ///
    /// # Errors
    ///
    /// [`SendError::QueueFull`] when as many frames wait as the configuration allows.
    pub fn send(&mut self, now: Millis) -> Result<SendId, SendError> {
        let now = self.tick(now);
        let send = self.outbox.push(self.queue_limit)?;
        if let Some(socket) = self.connection.open_socket() {
            self.effects.push_back(Effect::Transmit { socket, send });
        } else {
            let (connection, mut io) = self.connection_io();
            connection.nudge(now, Nudge::Send, &mut io);
        }
        self.settle();
        Ok(send)
    }

    /// The socket took a frame of so many characters.
    pub fn transmitted(&mut self, send: SendId, characters: u32) {
        if self.outbox.remove(send) {
            self.stats.frames_out += 1;
            self.stats.characters_out += u64::from(characters);
            self.effects.push_back(Effect::Settle { send, outcome: Outcome::Sent });
        }
        // The last frame may have been all that the connection was still kept for.
        self.settle();
    }

    /// A frame that was parsed: appends the listeners to call to `into`.
    pub fn receive(
        &mut self,
        socket: SocketId,
        conversation: Option<Slot>,
        characters: u32,
        into: &mut Vec<ListenerId>,
    ) {
        if self.connection.open_socket() != Some(socket) {
            return;
        }
        self.count_in(characters);
        self.stats.frames_parsed += 1;
        let before = into.len();
        self.registry.listeners(conversation, into);
        self.stats.frames_delivered += (into.len() - before) as u32;
    }

    /// A frame that is not usable: counted, and that is all; the connection lives on.
    pub fn receive_unusable(&mut self, socket: SocketId, characters: u32, why: DropReason) {
        if self.connection.open_socket() != Some(socket) {
            return;
        }
        self.count_in(characters);
        self.stats.frames_dropped += 1;
        self.stats.frames_parsed += u32::from(why == DropReason::NotAnObject);
    }

    /// The next thing to do, or `None` when all is done for now.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When to call again with [`Event::Alarm`]; `None` when there is nothing to wait for.
    pub fn next_deadline(&self) -> Option<Millis> {
        self.connection.next_deadline()
    }

    /// The public state of the connection.
    pub fn status(&self) -> Status {
        self.connection.status()
    }

    /// The counters as of now.
    pub fn stats(&self, now: Millis) -> Stats {
        Stats {
            listeners: self.registry.len() as u32,
            queued: self.outbox.len() as u32,
            connected_ms: self.connection.connected_ms(now.max(self.now)),
            ..self.stats
        }
    }

    fn tick(&mut self, now: Millis) -> Millis {
        self.now = self.now.max(now);
        self.now
    }

    /// What every call ends with: the connection follows what is wanted, and a changed status is announced.
    fn settle(&mut self) {
        let now = self.now;
        // A message without a listener wants the connection too, or it would wait for ever.
        let wanted = !self.away && (self.registry.len() > 0 || !self.outbox.is_empty());
        let (connection, mut io) = self.connection_io();
        connection.settle(now, wanted, &mut io);
        let status = self.connection.status();
        if status != self.announced {
            self.announced = status;
            self.effects.push_back(Effect::Announce);
        }
    }

    fn flush(&mut self, socket: SocketId) {
        let queued = self.outbox.iter();
        self.effects.extend(queued.map(|send| Effect::Transmit { socket, send }));
    }

    fn abandon_queue(&mut self) {
        let outcome = Outcome::Failed(SendError::Disconnected);
        let queued = self.outbox.take_all().into_iter();
        self.effects.extend(queued.map(|send| Effect::Settle { send, outcome }));
    }

    fn count_in(&mut self, characters: u32) {
        self.stats.frames_in += 1;
        self.stats.characters_in += u64::from(characters);
    }

    fn connection_io(&mut self) -> (&mut Connection, Io<'_>) {
        let io = Io { effects: &mut self.effects, stats: &mut self.stats };
        (&mut self.connection, io)
    }
}
