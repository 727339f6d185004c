//! One open connection: its layer, the requests that await a reply, and when a reply is overdue. Each socket begins a
//! new session; [`Server`] keeps what outlives it.

use super::{
    Config, LAYER_1, Layer, Millis, SocketId,
    deadlines::{Deadlines, Timer},
    outbox::MayGo,
    server::Server,
};

/// A message unacknowledged for this long, on a connection that replies to everything else, is sent again on a new one:
/// its `ack` was lost, and the server recognizes its `client_id`.
const ACK_WITHIN: Millis = 30_000;

/// After this time without a reply, on a live connection, a `sync` no longer blocks the next one.
const SYNC_WITHIN: Millis = 30_000;

/// The minimum interval of pings, even if the server's `heartbeat` is shorter.
const FASTEST_HEARTBEAT: Millis = 1_000;

/// An alarm this late was delayed by a throttled timer or a sleeping machine. Frames that arrived meanwhile may be
/// queued behind it, so silence does not prove a dead connection.
const HELD_UP: Millis = 1_000;

/// Broadcasts of several server processes may overtake each other. If the missing message arrives within this time, no
/// `sync` is sent.
const CROSSING: Millis = 100;

/// A connection that ends this soon after `hello` may have ended because of it.
const CLOSED_BY_HELLO: Millis = 3_000;

/// What an alarm asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// The connection counts as dead.
    Dead,
    /// The server has not replied to `hello`: its layer is in doubt.
    Doubt,
    /// The server sends frames but never replies to `hello`: layer 0.
    Plain,
    Ping,
    Keepalive,
    Sync,
    /// Frames may be sent that had to wait.
    Flush,
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) server: Server,
    /// The option `acks`: a server without layer 1 acknowledges messages, and replies to nothing else.
    pub(super) acks: bool,
    /// The option `resend`.
    pub(super) resend: bool,
    socket: Option<SocketId>,
    opened_at: Millis,
    layer: Layer,
    deadlines: Deadlines,
    heartbeat: Option<Millis>,
    /// The upper bound that the option `heartbeat` sets.
    heartbeat_limit: Option<Millis>,
    /// The interval that the option `keepalive` sets.
    keepalive: Option<Millis>,
    /// A frame has come through this socket.
    heard: bool,
    /// When the current wait for a reply began.
    asked_at: Millis,
    /// Half of the time to reply has passed, and a `ping` was sent: it distinguishes a slow reply from a dead
    /// connection.
    probed: bool,
    /// The wait for a reply was restarted after a delayed alarm.
    held_up: bool,
    /// The latest `ping`, until its `pong`.
    ping: Option<u32>,
    /// The `sync` in flight, and since when.
    sync: Option<(u32, Millis)>,
    /// Another `sync` follows it.
    sync_again: bool,
    next_id: u32,
}

impl Session {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            server: Server::new(config.protocol >= 1),
            acks: config.acks,
            resend: config.resend,
            socket: None,
            opened_at: 0,
            layer: Layer::Plain,
            deadlines: Deadlines::default(),
            heartbeat: None,
            heartbeat_limit: config.heartbeat,
            keepalive: config.keepalive,
            heard: false,
            asked_at: 0,
            probed: false,
            held_up: false,
            ping: None,
            sync: None,
            sync_again: false,
            next_id: 0,
        }
    }

    /// Begins the session of an open socket. Returns whether to send `hello`.
    pub(super) fn begin(&mut self, now: Millis, socket: SocketId) -> bool {
        self.socket = Some(socket);
        self.opened_at = now;
        self.layer = if self.server.is_undecided() { Layer::Pending } else { Layer::Plain };
        if self.layer() == Layer::Pending {
            self.deadlines.set(Timer::Welcome, now.saturating_add(self.server.welcome_within()));
        } else {
            self.arm_keepalive(now);
        }
        self.server.may_know_hello()
    }

    /// Records that the server closed the connection (`with_a_code`), or that it was lost; [`end`](Self::end) follows.
    pub(super) fn closed(&mut self, now: Millis, with_a_code: bool) {
        let has_lasted = now.saturating_sub(self.opened_at) >= CLOSED_BY_HELLO;
        if self.server.is_met() {
            return;
        }
        if has_lasted || self.heard {
            self.server.lasted();
        } else {
            self.server.ended_early(with_a_code);
        }
    }

    /// Ends the session: its socket is gone.
    pub(super) fn end(&mut self) {
        self.socket = None;
        self.deadlines.clear_all();
        self.heartbeat = None;
        self.heard = false;
        self.ping = None;
        self.sync = None;
        self.sync_again = false;
    }

    /// The session's socket.
    pub(super) fn socket(&self) -> Option<SocketId> {
        self.socket
    }

    /// The layer of this connection, or of the last one.
    pub(super) fn layer(&self) -> Layer {
        if LAYER_1 { self.layer } else { Layer::Plain }
    }

    /// Returns whether this connection speaks layer 1.
    pub(super) fn is_assured(&self) -> bool {
        self.socket.is_some() && self.layer() == Layer::Assured
    }

    /// Returns whether the gate judges messages by `seq`. In doubt it does so only for a server that has replied to
    /// `hello` before: a bad link must not reset that server's cursors.
    pub(super) fn counts(&self) -> bool {
        match self.layer() {
            Layer::Pending | Layer::Assured => true,
            Layer::Doubtful => self.server.is_met(),
            Layer::Plain => false,
        }
    }

    /// Returns whether a message is settled when it is sent.
    pub(super) fn settles_by_sending(&self) -> bool {
        self.layer() == Layer::Plain && !self.acks
    }

    /// Returns whether the server must acknowledge a message that is sent now.
    pub(super) fn acknowledges(&self) -> bool {
        self.acks || self.is_assured()
    }

    pub(super) fn may_go(&self) -> MayGo {
        match self.layer() {
            // The connection may turn out to be another user's, who must not send this user's requests.
            Layer::Pending if self.server.is_met() => MayGo::Nothing,
            Layer::Pending => MayGo::Requests,
            Layer::Doubtful if !self.heard && !self.server.may_send_unseen() => MayGo::Nothing,
            Layer::Doubtful => MayGo::Everything,
            Layer::Plain if !self.acks => MayGo::Everything,
            Layer::Plain | Layer::Assured if self.deadlines.is_set(Timer::Resume) => MayGo::Requests,
            Layer::Plain | Layer::Assured => MayGo::Window,
        }
    }

    pub(super) fn welcome(&mut self, now: Millis, heartbeat: Option<Millis>) {
        self.layer = Layer::Assured;
        self.server.welcomed();
        self.deadlines.clear(Timer::Welcome);
        self.deadlines.clear(Timer::Keepalive);
        let limit = self.heartbeat_limit.unwrap_or(Millis::MAX);
        self.heartbeat = heartbeat.map(|every| every.min(limit).max(FASTEST_HEARTBEAT));
        self.arm_heartbeat(now);
    }

    /// The server has proved that it does not know `hello`. Returns whether the layer was undecided until now.
    pub(super) fn prove_plain(&mut self, now: Millis) -> bool {
        if !matches!(self.layer(), Layer::Pending | Layer::Doubtful) {
            return false;
        }
        self.layer = Layer::Plain;
        self.server.proved_plain();
        self.deadlines.clear(Timer::Welcome);
        self.arm_keepalive(now);
        true
    }

    /// Records a received frame. Returns whether frames may be sent now that had to wait.
    pub(super) fn hear(&mut self) -> bool {
        let first = !std::mem::replace(&mut self.heard, true);
        first && self.layer() == Layer::Doubtful
    }

    /// Returns whether the server has sent nothing on this connection for so long that a new one is no worse.
    pub(super) fn is_silent(&self) -> bool {
        self.socket.is_some() && self.layer() == Layer::Doubtful && !self.heard
    }

    /// A message was sent that the server must acknowledge.
    pub(super) fn expect_ack(&mut self, now: Millis) {
        self.expect_answer(now);
        self.deadlines.set_by(Timer::Unacknowledged, self.ack_due(now));
    }

    /// The server has replied to a request, which proves that it receives this page's frames; other users' messages
    /// prove only the opposite direction, and do not count. `messages` tells whether messages are still in flight.
    pub(super) fn answered(&mut self, now: Millis, messages: bool) {
        if self.deadlines.is_set(Timer::Reply) {
            self.server.answered_after(now.saturating_sub(self.asked_at));
        }
        if messages || self.sync.is_some() || self.ping.is_some() {
            self.await_answer(now);
        } else {
            self.deadlines.clear(Timer::Reply);
        }
    }

    /// The server has acknowledged or rejected a message. `messages` tells whether messages are still in flight.
    pub(super) fn acknowledged(&mut self, now: Millis, messages: bool) {
        if messages {
            self.deadlines.set(Timer::Unacknowledged, self.ack_due(now));
        } else {
            self.deadlines.clear(Timer::Unacknowledged);
        }
        self.answered(now, messages);
    }

    /// Records a `pong`. The `pong` to an earlier `ping` leaves the latest one pending.
    pub(super) fn ponged(&mut self, id: u32) {
        self.ping.take_if(|latest| *latest == id);
    }

    /// Returns the id of the next `ping`; `None` if the connection does not speak layer 1.
    pub(super) fn ping(&mut self, now: Millis) -> Option<u32> {
        if !self.is_assured() {
            return None;
        }
        self.arm_heartbeat(now);
        self.expect_answer(now);
        let id = self.take_id();
        self.ping = Some(id);
        Some(id)
    }

    /// Returns the id of the next `sync`. `None` without layer 1, or while one is in flight: then another one follows
    /// it.
    pub(super) fn sync(&mut self, now: Millis) -> Option<u32> {
        if !self.is_assured() {
            return None;
        }
        if self.sync.is_some_and(|(_, since)| now < since.saturating_add(SYNC_WITHIN)) {
            self.sync_again = true;
            return None;
        }
        self.deadlines.clear(Timer::Sync);
        self.expect_answer(now);
        let id = self.take_id();
        self.sync = Some((id, now));
        Some(id)
    }

    /// A message is missing: sends `sync` shortly, unless it arrives before.
    pub(super) fn sync_soon(&mut self, now: Millis) {
        if !self.is_assured() {
            return;
        }
        self.deadlines.set_by(Timer::Sync, now.saturating_add(CROSSING));
    }

    /// Returns whether a `sync` is in flight on this socket.
    pub(super) fn is_syncing(&self, socket: SocketId) -> bool {
        self.socket == Some(socket) && self.sync.is_some()
    }

    /// Returns whether this is the `sync` in flight.
    pub(super) fn is_sync(&self, id: u32) -> bool {
        self.sync.is_some_and(|(under_way, _)| under_way == id)
    }

    /// The `sync` in flight was replied to. Returns whether another one was requested meanwhile.
    pub(super) fn sync_done(&mut self) -> bool {
        self.sync = None;
        std::mem::take(&mut self.sync_again)
    }

    /// The `sync` in flight was rejected; the next one is due `at` this time.
    pub(super) fn sync_later(&mut self, at: Millis) {
        self.sync = None;
        self.deadlines.set(Timer::Sync, at);
    }

    /// The server rejected a message temporarily: no message is sent before `until`.
    pub(super) fn pause(&mut self, until: Millis) {
        self.deadlines.set(Timer::Resume, until);
    }

    /// Returns one deadline that has passed; call it until `None`.
    pub(super) fn alarm(&mut self, now: Millis) -> Option<Due> {
        if self.deadlines.take_due(Timer::Welcome, now) {
            return Some(self.unwelcomed(now));
        }
        if let Some(late) = self.deadlines.take_overdue(Timer::Reply, now)
            && let Some(due) = self.unanswered(now, late)
        {
            return Some(due);
        }
        if let Some(late) = self.deadlines.take_overdue(Timer::Unacknowledged, now) {
            if late < HELD_UP {
                return Some(Due::Dead);
            }
            self.deadlines.set(Timer::Unacknowledged, now.saturating_add(self.server.reply_within()));
        }
        if self.deadlines.take_due(Timer::Resume, now) {
            return Some(Due::Flush);
        }
        if self.deadlines.take_due(Timer::Sync, now) {
            return Some(Due::Sync);
        }
        if self.deadlines.take_due(Timer::Keepalive, now) {
            self.arm_keepalive(now);
            return Some(Due::Keepalive);
        }
        self.deadlines.take_due(Timer::Heartbeat, now).then_some(Due::Ping)
    }

    pub(super) fn next_deadline(&self) -> Option<Millis> {
        self.deadlines.next()
    }

    /// The server has not replied to `hello` in time.
    fn unwelcomed(&mut self, now: Millis) -> Due {
        if self.layer() == Layer::Pending && !self.server.is_trusted_to_answer() {
            self.layer = Layer::Doubtful;
            self.deadlines.set(Timer::Welcome, now.saturating_add(self.server.silent_for()));
            self.arm_keepalive(now);
            return Due::Doubt;
        }
        // Silence does not prove layer 0, because the link may be dead. Frames without a reply to `hello` do.
        if self.layer() == Layer::Doubtful && self.heard && self.server.is_doubted() {
            return Due::Plain;
        }
        self.server.was_silent();
        Due::Dead
    }

    /// The time to reply, or its first half, ended `late` ms ago.
    fn unanswered(&mut self, now: Millis, late: Millis) -> Option<Due> {
        if late >= HELD_UP && !self.held_up {
            self.await_answer(now);
            self.held_up = true;
            return Some(Due::Ping);
        }
        let half = self.server.reply_within() / 2;
        if self.probed || late >= half {
            self.server.strike(!self.acks);
            return Some(Due::Dead);
        }
        self.probed = true;
        self.deadlines.set(Timer::Reply, now.saturating_add(half - late));
        // If a `ping` is in flight, its `pong` is enough.
        self.ping.is_none().then_some(Due::Ping)
    }

    /// A frame was sent that requires a reply. The time counts from the oldest pending one.
    fn expect_answer(&mut self, now: Millis) {
        if !self.deadlines.is_set(Timer::Reply) {
            self.await_answer(now);
        }
    }

    /// Not before the time to reply is over: without `ping`, an acknowledgement is the only reply.
    fn ack_due(&self, now: Millis) -> Millis {
        now.saturating_add(ACK_WITHIN.max(self.server.reply_within()))
    }

    fn await_answer(&mut self, now: Millis) {
        self.asked_at = now;
        self.probed = false;
        self.held_up = false;
        self.deadlines.set(Timer::Reply, now.saturating_add(self.server.reply_within() / 2));
    }

    fn arm_heartbeat(&mut self, now: Millis) {
        match self.heartbeat {
            Some(every) => self.deadlines.set(Timer::Heartbeat, now.saturating_add(every)),
            None => self.deadlines.clear(Timer::Heartbeat),
        }
    }

    fn arm_keepalive(&mut self, now: Millis) {
        if let Some(every) = self.keepalive {
            self.deadlines.set(Timer::Keepalive, now.saturating_add(every));
        }
    }

    fn take_id(&mut self) -> u32 {
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        id
    }
}
