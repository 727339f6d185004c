//! The machine: the connection, what is agreed on it, what was heard and what waits to be sent, behind
//! one face.

use std::collections::VecDeque;

use super::{
    CloseReason, Config, DropReason, Effect, Event, Gap, Kind, Millis, Outcome, Phase, SendError, SendId,
    Seq, Slot, SocketId, Stats, Status, Verdict,
    connection::{Connection, Io, Nudge},
    gate::Gate,
    outbox::Outbox,
    session::{Due, Session},
};

/// Conversations asked about in one `sync`, and named in one `hello`: a frame to the server is limited.
const ASKED_AT_ONCE: usize = 500;

/// The smallest answer to a `sync` that can be asked for, in bytes. Part of the wire.
const SMALLEST_BATCH: u32 = 1_024;

/// The close code for a frame that is too large, RFC 6455 section 7.4.1.
const TOO_LARGE: u16 = 1009;

/// Everything that is decided about the one connection of a page. See the [module](super) for the contract.
#[derive(Debug)]
pub struct Machine {
    connection: Connection,
    session: Session,
    /// Their number; the caller keeps the listeners themselves.
    listeners: u32,
    gate: Gate,
    outbox: Outbox,
    queue_limit: usize,
    stats: Stats,
    effects: VecDeque<Effect>,
    announced: Status,
    /// The page is away, perhaps in the back/forward cache.
    away: bool,
    /// The answer to the `sync` under way has moved a cursor: one that moves none is not followed by another.
    progress: bool,
    /// An answer was too long to be read: the questions are as small as they can be until nothing is missing.
    narrow: bool,
    /// The one conversation that a small question under way is about, and the cursor in it.
    narrow_question: Option<(Slot, Seq)>,
    /// Time never runs backwards in here, whatever the caller's clock does.
    now: Millis,
}

impl Machine {
    /// A machine at rest. The same seed draws the same jitter.
    pub fn new(config: Config, seed: u64) -> Self {
        Self {
            queue_limit: config.queue_limit,
            session: Session::new(config.protocol >= 1, config.heartbeat, config.keepalive),
            connection: Connection::new(config, seed),
            listeners: 0,
            gate: Gate::default(),
            outbox: Outbox::default(),
            stats: Stats::default(),
            effects: VecDeque::new(),
            announced: Status::default(),
            away: false,
            progress: false,
            narrow: false,
            narrow_question: None,
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
                self.check_connection();
            }
            Event::OutOfTurn if self.gate.any_behind() => self.session.sync_soon(now),
            Event::OutOfTurn => {}
            // A hint and no proof: a laptop may have changed from one network to another.
            Event::Offline => self.ping(),
            Event::Retry => {
                self.nudge(Nudge::User);
                self.check_connection();
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
            Event::UserChanged => {
                let (connection, mut io) = self.connection_io();
                connection.restart(now, &mut io);
                self.abandon(SendError::UserChanged);
            }
        }
        self.reconcile();
    }

    /// Adds a listener; the first one connects.
    pub fn subscribe(&mut self, now: Millis) {
        self.tick(now);
        self.listeners += 1;
        if self.listeners == 1 {
            self.nudge(Nudge::Listener);
        }
        self.reconcile();
    }

    /// Removes a listener: call it once for each. The connection closes one linger after the last one.
    pub fn unsubscribe(&mut self, now: Millis) {
        self.tick(now);
        self.listeners = self.listeners.saturating_sub(1);
        self.reconcile();
    }

    /// Whether this conversation is counted, so that its slot is still spoken of.
    pub fn counts(&self, conversation: Slot) -> bool {
        self.gate.knows(conversation)
    }

    /// Queues a frame of `characters` UTF-16 code units, and sends it at once if the session allows.
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
        self.reconcile();
        Ok(send)
    }

    /// The socket took a frame of so many characters, when [`Effect::Transmit`] asked for it.
    pub fn transmitted(&mut self, send: SendId, characters: u32) {
        let now = self.now;
        let Some(kind) = self.outbox.taken(send) else { return };
        self.stats.frames_out += 1;
        self.stats.characters_out += u64::from(characters);
        if kind != Kind::Message || self.session.settles_by_sending() {
            self.settle_send(send, Outcome::Sent);
        } else if self.session.is_assured() {
            self.session.expect_ack(now);
        }
        // The last frame may have been all that the connection was still kept for.
        self.reconcile();
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
        self.hear();
        self.stats.frames_parsed += u32::from(parsed);
        let counted = conversation.zip(seq).filter(|_| self.session.counts());
        let Some((slot, seq)) = counted else {
            return Verdict::Deliver;
        };
        let verdict = self.gate.judge(slot, seq, &mut self.effects);
        self.stats.duplicates += u32::from(verdict == Verdict::Drop);
        verdict
    }

    /// Records `calls` listener invocations, with a message or a gap.
    pub fn delivered(&mut self, calls: u32) {
        self.stats.frames_delivered += calls;
    }

    /// A frame that is not usable: counted and dropped; the connection lives on.
    pub fn receive_unusable(&mut self, now: Millis, socket: SocketId, characters: u32, why: DropReason) {
        self.tick(now);
        if self.connection.open_socket() != Some(socket) {
            return;
        }
        self.count_in(characters);
        self.hear();
        self.stats.frames_dropped += 1;
        self.stats.frames_parsed += u32::from(why == DropReason::NotAnObject);
        if why == DropReason::SyncTooLong {
            self.sync_too_long();
        }
        self.reconcile();
    }

    /// A frame that is not for the listeners came in. What it says follows, and decides what may be sent.
    pub fn receive_control(&mut self, socket: SocketId, characters: u32) {
        if self.connection.open_socket() == Some(socket) {
            self.count_in(characters);
            self.stats.frames_parsed += 1;
            self.session.hear();
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
        if self.connection.open_socket() != Some(socket) {
            return;
        }
        self.session.welcome(now, heartbeat);
        // Sent while it was in doubt whether this server acknowledges.
        if self.outbox.any_under_way() {
            self.session.expect_ack(now);
        }
        self.set_heads(heads);
        if self.gate.any_behind() {
            self.sync();
        }
        self.flush();
        self.reconcile();
    }

    /// `welcome` was for somebody else than before: nothing of the one may be sent or skipped for the other.
    pub fn user_changed(&mut self, now: Millis) {
        self.tick(now);
        self.abandon(SendError::UserChanged);
        self.reconcile();
    }

    /// The server has shown that it does not know `hello`: for certain, or by a frame that a server of layer 1 is not
    /// supposed to send before its `welcome`, which is believed only of a server that has never answered `hello`. Answers
    /// whether that settled what was still open.
    pub fn hello_ignored(&mut self, now: Millis, socket: SocketId, is_certain: bool) -> bool {
        self.tick(now);
        let is_believed = is_certain || !self.session.server.is_met();
        let is_news = is_believed && self.connection.open_socket() == Some(socket) && self.prove_plain();
        self.reconcile();
        is_news
    }

    /// `ack`: the server has stored this message.
    pub fn acknowledged(&mut self, now: Millis, socket: SocketId, send: SendId) {
        let now = self.tick(now);
        if self.connection.open_socket() == Some(socket) {
            self.settle_send(send, Outcome::Delivered);
            self.session.acknowledged(now, self.outbox.any_under_way());
            self.flush();
            self.reconcile();
        }
    }

    /// An `error` that answers this message: for good, or only for so long.
    pub fn rejected(&mut self, now: Millis, socket: SocketId, send: SendId, retry_after: Option<Millis>) {
        let now = self.tick(now);
        if self.connection.open_socket() != Some(socket) {
            return;
        }
        match retry_after {
            None => self.settle_send(send, Outcome::Rejected),
            Some(span) => {
                self.outbox.retry_later(send);
                self.session.pause(now.saturating_add(span));
            }
        }
        self.session.acknowledged(now, self.outbox.any_under_way());
        self.flush();
        self.reconcile();
    }

    /// The head of a `sync_response`. Answers whether it is the one that was asked for: its messages follow with
    /// [`receive_synced`](Self::receive_synced), then [`synced`](Self::synced).
    pub fn begin_synced(&mut self, now: Millis, socket: SocketId, id: u32, floors: &[(Slot, Seq)]) -> bool {
        self.tick(now);
        if !self.session.is_syncing(socket) || !self.session.is_sync(id) {
            return false;
        }
        // One that only asked for the heads has not asked for messages yet.
        self.progress = !self.gate.any_behind();
        for (slot, floor) in floors {
            let (moved, gap) = self.gate.set_floor(*slot, *floor);
            self.progress |= moved;
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
        let now = self.tick(now);
        if !self.session.is_syncing(socket) {
            return;
        }
        self.set_heads(heads);
        let again = self.session.sync_done();
        self.session.answered(now, self.outbox.any_under_way());
        self.narrow &= self.gate.any_behind();
        // A server that promises more than it gives is not asked for ever: the next digest asks once more.
        if again || (self.progress && (has_more || self.gate.any_behind())) {
            self.sync();
        }
        self.reconcile();
    }

    /// An `error` that answers a `sync`. Answers whether it was the one under way.
    pub fn sync_rejected(&mut self, now: Millis, socket: SocketId, id: u32, retry_after: Millis) -> bool {
        let now = self.tick(now);
        let known = self.session.is_syncing(socket) && self.session.is_sync(id);
        if known {
            self.session.sync_later(now.saturating_add(retry_after));
            self.session.answered(now, self.outbox.any_under_way());
        }
        known
    }

    /// `pong` to this `ping`, with the sum of the user's heads. Where the cursors have another sum, something was missed.
    pub fn ponged(&mut self, now: Millis, socket: SocketId, id: u32, total: Seq) {
        let now = self.tick(now);
        if self.connection.open_socket() != Some(socket) || !self.session.is_assured() {
            return;
        }
        self.session.ponged(id);
        self.session.answered(now, self.outbox.any_under_way());
        if total != self.gate.total() {
            // The heads in the answer show which conversation it was.
            self.sync();
        }
    }

    /// The cursors to name in `hello`.
    pub fn cursors(&self) -> impl Iterator<Item = (Slot, Seq)> {
        self.gate.cursors().take(ASKED_AT_ONCE)
    }

    /// What the `sync` just asked for is to ask about.
    pub fn sync_cursors(&self) -> impl Iterator<Item = (Slot, Seq)> {
        self.gate.behind().take(if self.narrow { 1 } else { ASKED_AT_ONCE })
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
                Due::Doubt => self.doubt(),
                Due::Plain => {
                    self.prove_plain();
                }
                Due::Ping => self.ping(),
                Due::Keepalive => {
                    self.effects.extend(self.session.socket().map(Effect::Keepalive));
                }
                Due::Sync if self.gate.any_behind() => self.sync(),
                // The hole has closed by itself.
                Due::Sync => {}
                Due::Flush => self.flush(),
            }
        }
    }

    fn closed(&mut self, socket: SocketId, code: u16, retry_after: Option<Millis>) {
        let now = self.now;
        if self.session.socket() == Some(socket) {
            if CloseReason::of(code) == CloseReason::Lost {
                // 1006 is the browser's word for a connection that ended without a close frame.
                self.session.closed(now, code != 1006);
            }
            if code == TOO_LARGE
                && let Some(send) = self.outbox.take_largest_under_way()
            {
                let outcome = Outcome::Failed(SendError::TooLarge);
                self.effects.push_back(Effect::Settle { send, outcome });
            }
        }
        let (connection, mut io) = self.connection_io();
        connection.closed(now, socket, code, retry_after, &mut io);
    }

    /// Somebody looks at the page, or the network is back: a connection that shows no life is replaced or pinged.
    fn check_connection(&mut self) {
        if self.session.is_silent() {
            self.lose_connection();
        } else {
            self.ping();
        }
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
    fn reconcile(&mut self) {
        let now = self.now;
        // A message without a listener wants the connection too, or it would wait for ever.
        let wanted = self.listeners > 0 || !self.outbox.is_empty();
        let is_here = !self.away;
        let (connection, mut io) = self.connection_io();
        // While the page is away nothing is opened, and what has ended does not come to rest, to begin anew on return.
        if is_here {
            connection.reconcile(now, wanted, &mut io);
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
            self.narrow_question = self.gate.behind().next().filter(|_| self.narrow);
            let bytes = if self.narrow { SMALLEST_BATCH } else { self.session.server.batch() };
            self.effects.push_back(Effect::Sync { socket, id, bytes });
        }
    }

    /// The answer to a `sync` was too long to be read. Asks for less; where there is no less, the message behind the
    /// cursor is given up, or nothing behind it would ever be delivered.
    fn sync_too_long(&mut self) {
        let Some(socket) = self.session.socket() else { return };
        if !self.session.is_syncing(socket) {
            return;
        }
        self.session.sync_done();
        self.session.answered(self.now, self.outbox.any_under_way());
        if let Some((slot, cursor)) = self.narrow_question.take() {
            let gap = self.gate.skip(slot, cursor);
            self.report(gap);
            self.gate.deliver_held(&mut self.effects);
        }
        self.narrow = true;
        if self.gate.any_behind() {
            self.sync();
        }
    }

    fn set_heads(&mut self, heads: &[(Slot, Seq)]) {
        self.gate.set_heads(heads);
        self.gate.deliver_held(&mut self.effects);
    }

    /// The server may be one that does not count, so nothing is held back for it.
    fn doubt(&mut self) {
        if !self.session.counts() {
            self.gate.stop_counting(&mut self.effects);
        }
        self.flush();
    }

    /// Returns whether that is news.
    fn prove_plain(&mut self) -> bool {
        if !self.session.prove_plain(self.now) {
            return false;
        }
        for send in self.outbox.take_under_way() {
            self.effects.push_back(Effect::Settle { send, outcome: Outcome::Sent });
        }
        self.gate.stop_counting(&mut self.effects);
        // What goes only now is settled when the socket has taken it.
        self.flush();
        true
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

    /// The user has changed or left: fail their queue, forget their held messages and cursors.
    fn abandon(&mut self, why: SendError) {
        self.effects.retain(|effect| !matches!(effect, Effect::Transmit { .. } | Effect::Gap(_)));
        for effect in &mut self.effects {
            if let Effect::Deliver(held) = *effect {
                *effect = Effect::Forget(held);
            }
        }
        for (send, unanswered) in self.outbox.take_all() {
            let why = if unanswered { SendError::Unanswered } else { why };
            self.effects.push_back(Effect::Settle { send, outcome: Outcome::Failed(why) });
        }
        self.gate.clear(&mut self.effects);
        self.effects.push_back(Effect::ForgetConversations);
        self.session.server.forget();
        self.narrow = false;
        self.narrow_question = None;
    }

    fn count_in(&mut self, characters: u32) {
        self.stats.frames_in += 1;
        self.stats.characters_in += u64::from(characters);
    }

    /// A frame for the listeners, or one that is not usable, shows that the server is there.
    fn hear(&mut self) {
        if self.session.hear() {
            self.flush();
        }
    }

    fn connection_io(&mut self) -> (&mut Connection, Io<'_>) {
        let io = Io { effects: &mut self.effects, stats: &mut self.stats };
        (&mut self.connection, io)
    }
}
