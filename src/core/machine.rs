//! The machine: one interface to the connection, the session on it, the gate for received messages and the outbox.

use std::collections::VecDeque;

use super::{
    CloseReason, Config, DropReason, Effect, Event, Gap, Kind, Millis, Outcome, Phase, SendError, SendId,
    Seq, Slot, SocketId, Stats, Status, Verdict,
    connection::{Connection, Io, Nudge},
    gate::Gate,
    outbox::{Outbox, Which},
    session::{Due, Session},
};

/// The maximum number of conversations in one `sync` or `hello`: the size of a frame to the server is limited.
const ASKED_AT_ONCE: usize = 500;

/// The smallest reply that a `sync` may request, in bytes: see PROTOCOL.md.
const SMALLEST_BATCH: u32 = 1_024;

/// The close code for a frame that is too large, RFC 6455 section 7.4.1.
const TOO_LARGE: u16 = 1009;

/// Decides everything about a page's one connection. The [module](super) documents the contract.
#[derive(Debug)]
pub struct Machine {
    connection: Connection,
    session: Session,
    /// The number of listeners; the caller keeps the listeners themselves.
    listeners: u32,
    gate: Gate,
    outbox: Outbox,
    queue_limit: usize,
    stats: Stats,
    effects: VecDeque<Effect>,
    announced: Status,
    /// The page is hidden, perhaps in the back/forward cache.
    away: bool,
    /// The reply to the `sync` in flight has moved a cursor. After a reply that moves none, no `sync` follows.
    progress: bool,
    /// A reply was too long to read: each `sync` requests the minimum until nothing is missing.
    narrow: bool,
    /// The one conversation that the narrow `sync` in flight names, and its cursor.
    narrow_sync: Option<(Slot, Seq)>,
    /// The latest time that the caller passed: time never runs backwards here, even if the caller's clock does.
    now: Millis,
}

impl Machine {
    /// Returns an idle machine. The same `seed` draws the same jitter.
    pub fn new(config: Config, seed: u64) -> Self {
        Self {
            queue_limit: config.queue_limit,
            session: Session::new(&config),
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
            narrow_sync: None,
            now: 0,
        }
    }

    // Inputs: the contract in mod.rs explains the classes.

    /// Handles an event of a socket, the alarm, the page or the user.
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
            // A hint, not proof: a laptop may have changed from one network to another.
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

    /// Removes a listener: call it once for each. The connection closes one linger after the last one is removed.
    pub fn unsubscribe(&mut self, now: Millis) {
        self.tick(now);
        self.listeners = self.listeners.saturating_sub(1);
        self.reconcile();
    }

    /// Queues a frame of `characters` UTF-16 code units, and sends it at once if the session allows.
    ///
    /// # Errors
    ///
    /// [`SendError::QueueFull`] if the queue has reached its limit of frames or characters.
    /// [`SendError::NotConnected`] if a [`Kind::Immediate`] cannot be sent at once.
    pub fn send(&mut self, now: Millis, kind: Kind, characters: usize) -> Result<SendId, SendError> {
        self.tick(now);
        let send = self.outbox.push(kind, characters, self.queue_limit)?;
        self.flush();
        if kind == Kind::Immediate && !self.is_under_way(send) {
            self.outbox.take(Which::One(send));
            return Err(SendError::NotConnected);
        }
        if self.session.socket().is_none() {
            self.nudge(Nudge::Send);
        }
        self.reconcile();
        Ok(send)
    }

    /// Reports that the socket took the frame of an [`Effect::Transmit`], of `characters` UTF-16 code units.
    pub fn transmitted(&mut self, send: SendId, characters: u32) {
        let now = self.now;
        let Some(kind) = self.outbox.taken(send) else { return };
        self.stats.frames_out += 1;
        self.stats.characters_out += u64::from(characters);
        if !kind.is_message() || self.session.settles_by_sending() {
            self.settle_one(send, Outcome::Sent);
        } else if self.session.acknowledges() {
            self.session.expect_ack(now);
        }
        // The connection may have been kept only for this frame.
        self.reconcile();
    }

    /// Counts an unusable frame and drops it; the connection stays open.
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

    /// Counts a frame that is not for the listeners. The input for its content follows, and decides what may be sent.
    pub fn receive_control(&mut self, socket: SocketId, characters: u32) {
        if self.connection.open_socket() == Some(socket) {
            self.count_in(characters);
            self.stats.frames_parsed += 1;
            self.session.hear();
        }
    }

    /// Handles `welcome`: the server speaks layer 1, and `heads` are those of the user's conversations.
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
        // These messages were sent before it was known whether this server acknowledges.
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

    /// Handles a sign that the server does not know `hello`: proof (`is_certain`), or a frame that a layer-1 server
    /// must not send before its `welcome`, which counts only for a server that has never answered `hello`. Returns
    /// whether the layer was undecided and is layer 0 now.
    pub fn hello_ignored(&mut self, now: Millis, socket: SocketId, is_certain: bool) -> bool {
        self.tick(now);
        let is_believed = is_certain || !self.session.server.is_met();
        let is_news = is_believed && self.connection.open_socket() == Some(socket) && self.prove_plain();
        self.reconcile();
        is_news
    }

    /// Handles a `welcome` that names another user than before: nothing queued may be sent as that user, and no cursor
    /// may skip their messages.
    pub fn user_changed(&mut self, now: Millis) {
        self.tick(now);
        self.abandon(SendError::UserChanged);
        self.reconcile();
    }

    /// Handles `ack`: the server has stored this message.
    pub fn acknowledged(&mut self, now: Millis, socket: SocketId, send: SendId) {
        let now = self.tick(now);
        if self.connection.open_socket() == Some(socket) {
            self.settle_one(send, Outcome::Delivered);
            self.session.acknowledged(now, self.outbox.any_under_way());
            self.flush();
            self.reconcile();
        }
    }

    /// Handles an `error` that rejects this message: finally, or for `retry_after` ms. Any rejection of a
    /// [`Kind::Immediate`] is final.
    pub fn rejected(&mut self, now: Millis, socket: SocketId, send: SendId, retry_after: Option<Millis>) {
        let now = self.tick(now);
        if self.connection.open_socket() != Some(socket) {
            return;
        }
        let is_repeated = retry_after.is_some_and(|span| {
            self.session.pause(now.saturating_add(span));
            self.outbox.retry_later(send)
        });
        if !is_repeated {
            self.settle_one(send, Outcome::Rejected);
        }
        self.session.acknowledged(now, self.outbox.any_under_way());
        self.flush();
        self.reconcile();
    }

    /// Handles the `pong` to this `ping`. `total` is the sum of the user's heads: if the cursors have another sum, the
    /// page has missed a message.
    pub fn ponged(&mut self, now: Millis, socket: SocketId, id: u32, total: Seq) {
        let now = self.tick(now);
        if self.connection.open_socket() != Some(socket) || !self.session.is_assured() {
            return;
        }
        self.session.ponged(id);
        self.session.answered(now, self.outbox.any_under_way());
        if total != self.gate.total() {
            // The heads in the reply show which conversation it was.
            self.sync();
        }
    }

    /// Begins a `sync_response`. Returns whether it replies to the `sync` in flight: if so, pass its messages to
    /// [`receive_synced`](Self::receive_synced), then call [`synced`](Self::synced).
    pub fn begin_synced(&mut self, now: Millis, socket: SocketId, id: u32, floors: &[(Slot, Seq)]) -> bool {
        self.tick(now);
        if !self.session.is_syncing(socket) || !self.session.is_sync(id) {
            return false;
        }
        // A `sync` without cursors requests only the heads, and no messages yet.
        self.progress = !self.gate.any_behind();
        for (slot, floor) in floors {
            let (moved, gap) = self.gate.set_floor(*slot, *floor);
            self.progress |= moved;
            self.report(gap);
        }
        true
    }

    /// Judges one message of a `sync_response`. Returns whether to deliver it: after the effects that this call leaves,
    /// so that the listeners receive a gap first.
    pub fn receive_synced(&mut self, socket: SocketId, conversation: Slot, seq: Seq) -> bool {
        // A listener may have ended the connection in the middle of the reply.
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

    /// Ends a `sync_response`.
    pub fn synced(&mut self, now: Millis, socket: SocketId, heads: &[(Slot, Seq)], has_more: bool) {
        let now = self.tick(now);
        if !self.session.is_syncing(socket) {
            return;
        }
        self.set_heads(heads);
        let again = self.session.sync_done();
        self.session.answered(now, self.outbox.any_under_way());
        self.narrow &= self.gate.any_behind();
        // A reply without progress is not followed by a `sync`, or a faulty server would be asked forever. The next
        // `pong` with another total asks once more.
        if again || (self.progress && (has_more || self.gate.any_behind())) {
            self.sync();
        }
        self.reconcile();
    }

    /// Handles an `error` that rejects a `sync` for `retry_after` ms. Returns whether it was the one in flight.
    pub fn sync_rejected(&mut self, now: Millis, socket: SocketId, id: u32, retry_after: Millis) -> bool {
        let now = self.tick(now);
        let known = self.session.is_syncing(socket) && self.session.is_sync(id);
        if known {
            self.session.sync_later(now.saturating_add(retry_after));
            self.session.answered(now, self.outbox.any_under_way());
        }
        known
    }

    // The hot path.

    /// Judges a received message, `parsed` or, in a conversation without listeners, recognized in its raw text. After
    /// [`Verdict::Deliver`] the caller calls the listeners at once, before it carries out any effect. After any other
    /// verdict it handles [`Event::OutOfTurn`].
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

    // Outputs.

    /// Takes the next effect to carry out; `None` if there is none.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// Returns whether [`poll_effect`](Self::poll_effect) has an effect.
    pub fn has_effects(&self) -> bool {
        !self.effects.is_empty()
    }

    /// The cursors to send in `hello`: for [`Effect::Hello`].
    pub fn cursors(&self) -> impl Iterator<Item = (Slot, Seq)> {
        self.gate.cursors().take(ASKED_AT_ONCE)
    }

    /// The cursors to send in `sync`: for [`Effect::Sync`].
    pub fn sync_cursors(&self) -> impl Iterator<Item = (Slot, Seq)> {
        self.gate.behind().take(if self.narrow { 1 } else { ASKED_AT_ONCE })
    }

    /// When to call [`handle`](Self::handle) with [`Event::Alarm`]; `None` if no deadline is set.
    pub fn next_deadline(&self) -> Option<Millis> {
        [self.connection.next_deadline(), self.session.next_deadline()].into_iter().flatten().min()
    }

    // Queries.

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

    /// The connection's phase: more detail than the public status, for developers.
    pub fn phase(&self, now: Millis) -> Phase {
        self.connection.phase(now.max(self.now), self.session.layer())
    }

    /// Returns whether nothing is lost if the machine is dropped: without a connection, listeners and queued frames.
    pub fn is_idle(&self) -> bool {
        self.connection.is_at_rest() && self.listeners == 0 && self.outbox.is_empty()
    }

    /// Returns whether the gate has a cursor for this conversation, so that the caller must keep its slot.
    pub fn counts(&self, conversation: Slot) -> bool {
        self.gate.knows(conversation)
    }

    /// Returns whether this frame was handed to the present socket; otherwise it waits in the queue.
    pub fn is_under_way(&self, send: SendId) -> bool {
        self.outbox.is_under_way(send)
    }

    // Mechanisms.

    fn tick(&mut self, now: Millis) -> Millis {
        self.now = self.now.max(now);
        self.now
    }

    fn alarm(&mut self) {
        let now = self.now;
        let (connection, mut io) = self.connection_io();
        connection.alarm(now, &mut io);
        // If this closed the connection, the session ends before its own deadlines are handled.
        self.follow_connection(false);
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
                // The missing messages have arrived.
                Due::Sync => {}
                Due::Flush => self.flush(),
            }
        }
    }

    fn closed(&mut self, socket: SocketId, code: u16, retry_after: Option<Millis>) {
        let now = self.now;
        if self.session.socket() == Some(socket) {
            if CloseReason::of(code) == CloseReason::Lost {
                // Browsers report 1006 for a connection that ended without a close frame.
                self.session.closed(now, code != 1006);
            }
            if code == TOO_LARGE
                && let Some(send) = self.outbox.largest_under_way()
            {
                self.settle(Which::One(send), Outcome::Failed(SendError::TooLarge));
            }
        }
        let (connection, mut io) = self.connection_io();
        connection.closed(now, socket, code, retry_after, &mut io);
    }

    /// The user returned to the page, or the network is back: replaces or pings a connection that may be dead.
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
            self.follow_connection(true);
        }
    }

    fn nudge(&mut self, by: Nudge) {
        let now = self.now;
        let (connection, mut io) = self.connection_io();
        connection.nudge(now, by, &mut io);
    }

    /// Ends an input: opens or closes the connection as listeners and queue want it, ends the session of a lost
    /// connection, and announces a changed status.
    fn reconcile(&mut self) {
        let now = self.now;
        // A queued message needs the connection even without a listener, or it would wait forever.
        let wanted = self.listeners > 0 || !self.outbox.is_empty();
        let is_here = !self.away;
        let (connection, mut io) = self.connection_io();
        // While the page is hidden, no socket opens and no linger begins: the connection resumes when it is shown.
        if is_here {
            connection.reconcile(now, wanted, &mut io);
        }
        self.follow_connection(false);
        let status = self.connection.status();
        if status != self.announced {
            self.announced = status;
            self.effects.push_back(Effect::Announce);
        }
    }

    /// Ends the session of a lost connection. `is_verdict`: the client gave it up because a reply was overdue.
    fn follow_connection(&mut self, is_verdict: bool) {
        if self.session.socket().is_some() && self.session.socket() != self.connection.open_socket() {
            self.session.end();
            self.settle(Which::Immediate, Outcome::Failed(SendError::NotConnected));
            if !self.session.resend {
                self.settle(Which::UnderWay, Outcome::Failed(SendError::Unanswered));
            }
            self.outbox.requeue(is_verdict && self.session.acks);
            self.settle(Which::StruckOut, Outcome::Failed(SendError::Unacknowledged));
        }
    }

    /// Hands every frame that may be sent now to the socket.
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
            self.narrow_sync = self.gate.behind().next().filter(|_| self.narrow);
            let bytes = if self.narrow { SMALLEST_BATCH } else { self.session.server.batch() };
            self.effects.push_back(Effect::Sync { socket, id, bytes });
        }
    }

    /// The reply to a `sync` was too long to read. Requests less; if the request was already minimal, skips the message
    /// after the cursor, because nothing after it could be delivered otherwise.
    fn sync_too_long(&mut self) {
        let Some(socket) = self.session.socket() else { return };
        if !self.session.is_syncing(socket) {
            return;
        }
        self.session.sync_done();
        self.session.answered(self.now, self.outbox.any_under_way());
        if let Some((slot, cursor)) = self.narrow_sync.take() {
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

    /// The server may be one of layer 0, so no message is held.
    fn doubt(&mut self) {
        if !self.session.counts() {
            self.gate.stop_counting(&mut self.effects);
        }
        self.flush();
    }

    /// Returns whether the layer was undecided until now.
    fn prove_plain(&mut self) -> bool {
        if !self.session.prove_plain(self.now) {
            return false;
        }
        self.settle(Which::UnderWay, Outcome::Sent);
        self.gate.stop_counting(&mut self.effects);
        // Frames sent only now are settled when the socket has taken them.
        self.flush();
        true
    }

    fn report(&mut self, gap: Option<Gap>) {
        if let Some(gap) = gap {
            self.stats.gaps += 1;
            self.effects.push_back(Effect::Gap(gap));
        }
    }

    fn settle_one(&mut self, send: SendId, outcome: Outcome) {
        self.settle(Which::One(send), outcome);
        self.flush();
    }

    /// Removes these frames from the queue, and reports this outcome.
    #[inline(never)]
    fn settle(&mut self, which: Which, outcome: Outcome) {
        use SendError::{Disconnected, NotConnected, UserChanged};
        while let Some((send, unanswered)) = self.outbox.take(which) {
            let outcome = match outcome {
                // These errors say that the frame was not sent.
                Outcome::Failed(Disconnected | UserChanged | NotConnected) if unanswered => {
                    Outcome::Failed(SendError::Unanswered)
                }
                outcome => outcome,
            };
            self.effects.push_back(Effect::Settle { send, outcome });
        }
    }

    /// The user has changed or left: fails their queue, forgets their held messages and cursors.
    fn abandon(&mut self, why: SendError) {
        // Effects not carried out yet must neither send nor deliver anything of this user's.
        for effect in std::mem::take(&mut self.effects) {
            match effect {
                Effect::Transmit { .. } | Effect::Gap(_) => {}
                Effect::Deliver(held) => self.effects.push_back(Effect::Forget(held)),
                other => self.effects.push_back(other),
            }
        }
        self.settle(Which::All, Outcome::Failed(why));
        self.gate.clear(&mut self.effects);
        self.effects.push_back(Effect::ForgetConversations);
        self.session.server.forget();
        self.narrow = false;
        self.narrow_sync = None;
    }

    fn count_in(&mut self, characters: u32) {
        self.stats.frames_in += 1;
        self.stats.characters_in += u64::from(characters);
    }

    /// Any received frame shows that the server is there, so messages held back in doubt may be sent.
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
