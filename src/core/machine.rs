//! The machine: the connection, what is agreed on it, what was heard and what waits to be sent, behind
//! one face.

use std::collections::VecDeque;

use super::{
    Config, DropReason, Effect, Event, Gap, Kind, Millis, Outcome, Phase, SendError, SendId, Seq, Slot,
    SocketId, Stats, Status, Verdict,
    connection::{Connection, Io, Nudge},
    gate::Gate,
    outbox::Outbox,
    session::{Due, Session},
};

/// Conversations asked about in one `sync`, and named in one `hello`: a frame to the server is limited.
const ASKED_AT_ONCE: usize = 500;

/// Everything that is decided about the one connection of a page. See the [module](super) for the contract.
#[derive(Debug)]
pub struct Machine {
    connection: Connection,
    session: Session,
    /// Who they are and what they listen to is the caller's matter.
    listeners: u32,
    gate: Gate,
    outbox: Outbox,
    queue_limit: usize,
    stats: Stats,
    effects: VecDeque<Effect>,
    announced: Status,
    /// The page is away, perhaps in the back/forward cache.
    away: bool,
    /// Messages heard by the `sync` under way: one that brings nothing is not repeated.
    progress: bool,
    /// Time never runs backwards in here, whatever the caller's clock does.
    now: Millis,
}

impl Machine {
    /// A machine at rest. The same seed draws the same jitter.
    pub fn new(config: Config, seed: u64) -> Self {
        Self {
            queue_limit: config.queue_limit,
            session: Session::new(config.protocol >= 1, config.heartbeat),
            connection: Connection::new(config, seed),
            listeners: 0,
            gate: Gate::default(),
            outbox: Outbox::default(),
            stats: Stats::default(),
            effects: VecDeque::new(),
            announced: Status::default(),
            away: false,
            progress: false,
            now: 0,
        }
    }

    /// Takes in something that happened.
    pub fn handle(&mut self, now: Millis, event: Event) {
        let now = self.tick(now);
        match event {
            Event::Opened { socket } => {
                if self.connection.opened(now, socket) {
                    self.stats.handshakes += 1;
                    if self.session.begin(now, socket) {
                        self.effects.push_back(Effect::Hello(socket));
                    }
                    self.flush();
                }
            }
            Event::Closed { socket, code, retry_after } => self.closed(socket, code, retry_after),
            Event::Alarm => self.alarm(),
            Event::Online | Event::Visible => {
                self.nudge(Nudge::Page);
                self.ping();
            }
            Event::OutOfTurn if self.gate.any_behind() => self.session.sync_soon(now),
            Event::OutOfTurn => {}
            // A hint and no proof: a laptop may have changed from one network to another.
            Event::Offline => self.ping(),
            Event::Retry => {
                self.nudge(Nudge::User);
                self.ping();
            }
            Event::PageHidden => {
                let (connection, mut io) = self.connection_io();
                connection.suspend(now, &mut io);
                self.away = true;
            }
            Event::PageShown => self.away = false,
            Event::Disconnect => {
                let (connection, mut io) = self.connection_io();
                connection.end(now, &mut io);
                self.abandon(SendError::Disconnected);
            }
        }
        self.settle();
    }

    /// Somebody listens; the first one connects.
    pub fn subscribe(&mut self, now: Millis) {
        self.tick(now);
        self.listeners += 1;
        if self.listeners == 1 {
            self.nudge(Nudge::Listener);
        }
        self.settle();
    }

    /// One who listened has left: to be said once of each. The last one to leave closes the connection after the
    /// linger.
    pub fn unsubscribe(&mut self, now: Millis) {
        self.tick(now);
        self.listeners = self.listeners.saturating_sub(1);
        self.settle();
    }

    /// Whether this conversation is counted, so that its slot is still spoken of.
    pub fn counts(&self, conversation: Slot) -> bool {
        self.gate.knows(conversation)
    }

    /// Accepts a frame of so many characters for sending: at once if that may be, else as soon as it may, in order.
    ///
    /// # Errors
    ///
    /// [`SendError::QueueFull`] when as many frames or characters wait as there is room for.
    pub fn send(&mut self, now: Millis, kind: Kind, characters: usize) -> Result<SendId, SendError> {
        self.tick(now);
        let send = self.outbox.push(kind, characters, self.queue_limit)?;
        if self.session.socket().is_some() {
            self.flush();
        } else {
            self.nudge(Nudge::Send);
        }
        self.settle();
        Ok(send)
    }

    /// The socket took a frame of so many characters, when [`Effect::Transmit`] asked for it.
    pub fn transmitted(&mut self, send: SendId, characters: u32) {
        let now = self.now;
        let Some(kind) = self.outbox.kind(send) else { return };
        self.stats.frames_out += 1;
        self.stats.characters_out += u64::from(characters);
        if kind != Kind::Message || self.session.settles_by_sending() {
            self.settle_send(send, Outcome::Sent);
        } else if self.session.is_assured() {
            self.session.expect_reply(now);
        }
        // The last frame may have been all that the connection was still kept for.
        self.settle();
    }

    /// A message, `parsed` or, for a conversation without listeners, told from its raw text. With
    /// [`Verdict::Deliver`] its listeners are to be called at once, before any effect is carried out. With the others,
    /// [`Event::OutOfTurn`] is to follow.
    pub fn receive(
        &mut self,
        socket: SocketId,
        conversation: Option<Slot>,
        seq: Option<Seq>,
        characters: u32,
        parsed: bool,
    ) -> Verdict {
        if self.connection.open_socket() != Some(socket) {
            return Verdict::Drop;
        }
        self.count_in(characters);
        self.stats.frames_parsed += u32::from(parsed);
        let counted = conversation.zip(seq).filter(|_| self.session.counts());
        let Some((slot, seq)) = counted else {
            return Verdict::Deliver;
        };
        let verdict = self.gate.judge(slot, seq, &mut self.effects);
        self.stats.duplicates += u32::from(verdict == Verdict::Drop);
        verdict
    }

    /// So many listeners were called with a message or a gap.
    pub fn delivered(&mut self, calls: u32) {
        self.stats.frames_delivered += calls;
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

    /// A frame of layer 1 came in: counted like any other.
    pub fn receive_control(&mut self, socket: SocketId, characters: u32) {
        if self.connection.open_socket() == Some(socket) {
            self.count_in(characters);
            self.stats.frames_parsed += 1;
        }
    }

    /// `welcome`: the server acknowledges, and these are the heads of the user's conversations.
    pub fn welcomed(
        &mut self,
        now: Millis,
        socket: SocketId,
        heartbeat: Option<Millis>,
        heads: &[(Slot, Seq)],
    ) {
        let now = self.tick(now);
        if !self.begin_reply(socket) {
            return;
        }
        self.session.welcome(now, heartbeat);
        self.set_heads(heads);
        if self.gate.any_behind() {
            self.sync();
        }
        self.flush();
        self.settle();
    }

    /// `welcome` was for somebody else than before: nothing of the one may be sent or skipped for the other.
    pub fn user_changed(&mut self, now: Millis) {
        self.tick(now);
        self.abandon(SendError::UserChanged);
        self.settle();
    }

    /// The server has shown that it does not know `hello`. Answers whether that was still open.
    pub fn hello_ignored(&mut self, now: Millis, socket: SocketId) -> bool {
        self.tick(now);
        if !self.begin_reply(socket) || !self.session.prove_plain() {
            return false;
        }
        for send in self.outbox.take_under_way() {
            self.effects.push_back(Effect::Settle { send, outcome: Outcome::Sent });
        }
        // What goes only now is settled when the socket has taken it.
        self.stop_counting();
        self.settle();
        true
    }

    /// `ack`: the server has stored this message.
    pub fn acknowledged(&mut self, now: Millis, socket: SocketId, send: SendId) {
        self.tick(now);
        if self.begin_reply(socket) {
            self.settle_send(send, Outcome::Delivered);
            self.flush();
            self.settle();
        }
    }

    /// An `error` that answers this message: for good, or only for so long.
    pub fn refused(&mut self, now: Millis, socket: SocketId, send: SendId, retry_after: Option<Millis>) {
        let now = self.tick(now);
        if !self.begin_reply(socket) {
            return;
        }
        match retry_after {
            None => self.settle_send(send, Outcome::Refused),
            Some(span) => {
                self.outbox.requeue();
                self.session.pause(now.saturating_add(span));
            }
        }
        self.flush();
        self.settle();
    }

    /// The head of a `sync_response`. Answers whether it is the one that was asked for: its messages follow with
    /// [`receive_synced`](Self::receive_synced), then [`synced`](Self::synced).
    pub fn begin_synced(&mut self, now: Millis, socket: SocketId, id: u32, floors: &[(Slot, Seq)]) -> bool {
        self.tick(now);
        if !self.begin_reply(socket) || !self.session.is_sync(id) {
            return false;
        }
        // One that only asked for the heads has not asked for messages yet.
        self.progress = !self.gate.any_behind();
        for (slot, floor) in floors {
            let gap = self.gate.set_floor(*slot, *floor);
            self.report(gap);
        }
        true
    }

    /// One message of a `sync_response`. Answers whether it is to be delivered: after the effects that this leaves, so
    /// that the listeners are told of a hole first.
    pub fn receive_synced(&mut self, socket: SocketId, conversation: Slot, seq: Seq) -> bool {
        // A listener may have ended the connection in the middle of the answer.
        if !self.session.is_syncing(socket) {
            return false;
        }
        let (verdict, gap) = self.gate.judge_synced(conversation, seq);
        self.report(gap);
        let delivered = verdict == Verdict::Deliver;
        self.progress |= delivered;
        self.stats.recovered += u32::from(delivered);
        delivered
    }

    /// The end of a `sync_response`.
    pub fn synced(&mut self, now: Millis, socket: SocketId, heads: &[(Slot, Seq)], has_more: bool) {
        self.tick(now);
        if !self.session.is_syncing(socket) {
            return;
        }
        self.set_heads(heads);
        let again = self.session.sync_done();
        // A server that promises more than it gives is not asked for ever: the next digest asks once more.
        if again || (self.progress && (has_more || self.gate.any_behind())) {
            self.sync();
        }
        self.settle();
    }

    /// An `error` that answers a `sync`. Answers whether it was the one under way.
    pub fn sync_refused(&mut self, now: Millis, socket: SocketId, id: u32, retry_after: Millis) -> bool {
        let now = self.tick(now);
        let known = self.begin_reply(socket) && self.session.is_sync(id);
        if known {
            self.session.sync_later(now.saturating_add(retry_after));
        }
        known
    }

    /// `pong`, with the sum of the user's heads. Another sum than that of the cursors: something was missed.
    pub fn ponged(&mut self, now: Millis, socket: SocketId, total: Seq) {
        self.tick(now);
        if self.begin_reply(socket) && self.session.is_assured() && total != self.gate.total() {
            // Which conversation it was, the heads in the answer tell.
            self.sync();
        }
    }

    /// The cursors to name in `hello`.
    pub fn cursors(&self) -> impl Iterator<Item = (Slot, Seq)> {
        self.gate.cursors().take(ASKED_AT_ONCE)
    }

    /// What the `sync` just asked for is to ask about.
    pub fn sync_cursors(&self) -> impl Iterator<Item = (Slot, Seq)> {
        self.gate.behind().take(ASKED_AT_ONCE)
    }

    /// Whether there is something to do.
    pub fn has_effects(&self) -> bool {
        !self.effects.is_empty()
    }

    /// The next thing to do, or `None` when all is done for now.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When to call again with [`Event::Alarm`]; `None` when there is nothing to wait for.
    pub fn next_deadline(&self) -> Option<Millis> {
        [self.connection.next_deadline(), self.session.next_deadline()].into_iter().flatten().min()
    }

    /// The public state of the connection.
    pub fn status(&self) -> Status {
        self.connection.status()
    }

    /// The counters as of now.
    pub fn stats(&self, now: Millis) -> Stats {
        Stats {
            listeners: self.listeners,
            queued: self.outbox.len() as u32,
            connected_ms: self.connection.connected_ms(now.max(self.now)),
            assured: self.session.is_assured(),
            ..self.stats
        }
    }

    /// Where the connection is in its life: what developers are shown in the place of the public status.
    pub fn phase(&self, now: Millis) -> Phase {
        self.connection.phase(now.max(self.now), self.session.layer())
    }

    /// Whether the present socket has this frame; otherwise it waits.
    pub fn is_under_way(&self, send: SendId) -> bool {
        self.outbox.is_under_way(send)
    }

    fn tick(&mut self, now: Millis) -> Millis {
        self.now = self.now.max(now);
        self.now
    }

    fn alarm(&mut self) {
        let now = self.now;
        let (connection, mut io) = self.connection_io();
        connection.alarm(now, &mut io);
        // Whatever closed the connection has ended the session, too.
        self.follow_connection();
        while let Some(due) = self.session.alarm(now) {
            match due {
                Due::Dead => self.lose_connection(),
                Due::Doubt => self.stop_counting(),
                Due::Ping => self.ping(),
                Due::Sync if self.gate.any_behind() => self.sync(),
                // The hole has closed by itself.
                Due::Sync => {}
                Due::Flush => self.flush(),
            }
        }
    }

    fn closed(&mut self, socket: SocketId, code: u16, retry_after: Option<Millis>) {
        let now = self.now;
        let (connection, mut io) = self.connection_io();
        connection.closed(now, socket, code, retry_after, &mut io);
    }

    fn lose_connection(&mut self) {
        if let Some(socket) = self.session.socket() {
            self.closed(socket, 1006, None);
            self.follow_connection();
        }
    }

    fn nudge(&mut self, by: Nudge) {
        let now = self.now;
        let (connection, mut io) = self.connection_io();
        connection.nudge(now, by, &mut io);
    }

    /// What every call ends with: the connection follows what is wanted, the session follows the connection, and a
    /// changed status is announced.
    fn settle(&mut self) {
        let now = self.now;
        // A message without a listener wants the connection too, or it would wait for ever.
        let wanted = self.listeners > 0 || !self.outbox.is_empty();
        let is_here = !self.away;
        let (connection, mut io) = self.connection_io();
        // While the page is away nothing is opened, and what has ended does not come to rest, to begin anew on return.
        if is_here {
            connection.settle(now, wanted, &mut io);
        }
        self.follow_connection();
        let status = self.connection.status();
        if status != self.announced {
            self.announced = status;
            self.effects.push_back(Effect::Announce);
        }
    }

    fn follow_connection(&mut self) {
        if self.session.socket().is_some() && self.session.socket() != self.connection.open_socket() {
            self.session.end();
            self.outbox.requeue();
        }
    }

    /// Something came from the server that answers something: false if it comes from a socket of the past.
    fn begin_reply(&mut self, socket: SocketId) -> bool {
        self.session.hear();
        self.connection.open_socket() == Some(socket)
    }

    /// Sends what may go.
    fn flush(&mut self) {
        let Some(socket) = self.session.socket() else { return };
        let may_go = self.session.may_go();
        while let Some(send) = self.outbox.next(may_go) {
            self.effects.push_back(Effect::Transmit { socket, send });
        }
    }

    fn ping(&mut self) {
        if let Some((socket, id)) = self.session.socket().zip(self.session.ping(self.now)) {
            self.stats.pings += 1;
            self.effects.push_back(Effect::Ping { socket, id });
        }
    }

    fn sync(&mut self) {
        if let Some((socket, id)) = self.session.socket().zip(self.session.sync(self.now)) {
            self.effects.push_back(Effect::Sync { socket, id });
        }
    }

    fn set_heads(&mut self, heads: &[(Slot, Seq)]) {
        self.gate.set_heads(heads);
        self.gate.release(&mut self.effects);
    }

    /// The server may not count, so nothing is held back for it.
    fn stop_counting(&mut self) {
        self.gate.open(&mut self.effects);
        self.flush();
    }

    fn report(&mut self, gap: Option<Gap>) {
        if let Some(gap) = gap {
            self.stats.gaps += 1;
            self.effects.push_back(Effect::Gap(gap));
        }
    }

    fn settle_send(&mut self, send: SendId, outcome: Outcome) {
        if self.outbox.remove(send) {
            self.effects.push_back(Effect::Settle { send, outcome });
            self.flush();
        }
    }

    /// Whoever used the page is gone: what he queued is not sent for another, what was under way to him is not
    /// delivered, and what he heard is not counted.
    fn abandon(&mut self, why: SendError) {
        for effect in &mut self.effects {
            match *effect {
                Effect::Deliver(held) => *effect = Effect::Forget(held),
                // Nobody is told of what he has missed; to look at the status once more harms nobody.
                Effect::Gap(_) => *effect = Effect::Announce,
                _ => {}
            }
        }
        let outcome = Outcome::Failed(why);
        for send in self.outbox.take_all() {
            self.effects.push_back(Effect::Settle { send, outcome });
        }
        self.gate.clear(&mut self.effects);
        self.session.forget();
    }

    fn count_in(&mut self, characters: u32) {
        self.session.hear();
        self.stats.frames_in += 1;
        self.stats.characters_in += u64::from(characters);
    }

    fn connection_io(&mut self) -> (&mut Connection, Io<'_>) {
        let io = Io { effects: &mut self.effects, stats: &mut self.stats };
        (&mut self.connection, io)
    }
}
