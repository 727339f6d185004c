//! One open connection: which layer it speaks, what it has been asked and not answered, and when that is overdue.
//! Begins anew with each socket; what lasts longer is in [`Server`].

use super::{
    Layer, Millis, SocketId,
    deadlines::{Deadlines, Timer},
    outbox::MayGo,
    server::Server,
};

/// A message that is unacknowledged for this long, on a connection that answers everything else, is sent again on a new
/// one: its `ack` was lost, and the server recognizes its `client_id`.
const ACK_WITHIN: Millis = 30_000;

/// A `sync` that is not answered within this time, on a connection that lives, is asked anew when next wanted.
const SYNC_WITHIN: Millis = 30_000;

/// The server is not pinged more often than this, whatever it announces.
const FASTEST_HEARTBEAT: Millis = 1_000;

/// An alarm this late was held up, by a throttled timer or a machine that slept. Frames that have arrived meanwhile may
/// be queued behind this very alarm, so silence proves nothing yet.
const HELD_UP: Millis = 1_000;

/// Broadcasts of several server processes may cross. A hole that closes within this time costs no `sync`.
const CROSSING: Millis = 100;

/// A connection that ends this soon after `hello` may have ended because of it.
const CLOSED_BY_HELLO: Millis = 3_000;

/// What an alarm asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// The connection is taken for dead.
    Dead,
    /// The server has not answered `hello`: it may be one that never will.
    Doubt,
    /// The server speaks, and never answers `hello`.
    Plain,
    Ping,
    Keepalive,
    Sync,
    /// Frames may go that could not before.
    Flush,
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) server: Server,
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
    /// When the wait for an answer began that is under way.
    asked_at: Millis,
    /// Half of the time to answer is over, and a `ping` was sent to tell a slow answer from a dead connection.
    probed: bool,
    /// The wait for an answer began anew after an alarm that was held up.
    held_up: bool,
    /// The latest `ping`, while it is unanswered.
    ping: Option<u32>,
    /// The `sync` under way, and since when.
    sync: Option<(u32, Millis)>,
    /// Another one is wanted after it.
    sync_again: bool,
    next_id: u32,
}

impl Session {
    pub(super) fn new(enabled: bool, heartbeat_limit: Option<Millis>, keepalive: Option<Millis>) -> Self {
        Self {
            server: Server::new(enabled),
            socket: None,
            opened_at: 0,
            layer: Layer::Plain,
            deadlines: Deadlines::default(),
            heartbeat: None,
            heartbeat_limit,
            keepalive,
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

    /// A socket has opened. Returns whether to say `hello`.
    pub(super) fn begin(&mut self, now: Millis, socket: SocketId) -> bool {
        self.socket = Some(socket);
        self.opened_at = now;
        self.layer = if self.server.is_undecided() { Layer::Pending } else { Layer::Plain };
        if self.layer == Layer::Pending {
            self.deadlines.set(Timer::Welcome, now.saturating_add(self.server.welcome_within()));
        } else {
            self.arm_keepalive(now);
        }
        self.server.may_know_hello()
    }

    /// The connection was closed by the server, `with_a_code`, or lost; [`end`](Self::end) follows.
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

    /// The socket is no more.
    pub(super) fn end(&mut self) {
        self.socket = None;
        self.deadlines.clear_all();
        self.heartbeat = None;
        self.heard = false;
        self.ping = None;
        self.sync = None;
        self.sync_again = false;
    }

    /// The socket that this session is about.
    pub(super) fn socket(&self) -> Option<SocketId> {
        self.socket
    }

    /// What is known of the server, or was while there was a connection to it.
    pub(super) fn layer(&self) -> Layer {
        self.layer
    }

    /// Whether messages are acknowledged and numbered on this connection.
    pub(super) fn is_assured(&self) -> bool {
        self.socket.is_some() && self.layer == Layer::Assured
    }

    /// Whether the gate counts: not with a server that may know nothing of it. A server that did before is counted on
    /// until it has proved otherwise, or its cursors would be lost to a bad line.
    pub(super) fn counts(&self) -> bool {
        match self.layer {
            Layer::Pending | Layer::Assured => true,
            Layer::Doubtful => self.server.is_met(),
            Layer::Plain => false,
        }
    }

    /// Whether a message is done with when it is sent.
    pub(super) fn settles_by_sending(&self) -> bool {
        self.layer == Layer::Plain
    }

    pub(super) fn may_go(&self) -> MayGo {
        match self.layer {
            // The connection may turn out to be another user's, who must not ask for this one.
            Layer::Pending if self.server.is_met() => MayGo::Nothing,
            Layer::Pending => MayGo::Requests,
            Layer::Doubtful if !self.heard && !self.server.may_send_unseen() => MayGo::Nothing,
            Layer::Doubtful | Layer::Plain => MayGo::Everything,
            Layer::Assured if self.deadlines.is_set(Timer::Resume) => MayGo::Requests,
            Layer::Assured => MayGo::Window,
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

    /// The server has proved that it does not know `hello`. Returns whether that is news.
    pub(super) fn prove_plain(&mut self, now: Millis) -> bool {
        if !matches!(self.layer, Layer::Pending | Layer::Doubtful) {
            return false;
        }
        self.layer = Layer::Plain;
        self.server.proved_plain();
        self.deadlines.clear(Timer::Welcome);
        self.arm_keepalive(now);
        true
    }

    /// A frame has come through this socket. Returns whether frames may go now that could not before.
    pub(super) fn hear(&mut self) -> bool {
        let first = !std::mem::replace(&mut self.heard, true);
        first && self.layer == Layer::Doubtful
    }

    /// The server has shown nothing on this connection for so long that a new one is as good.
    pub(super) fn is_silent(&self) -> bool {
        self.socket.is_some() && self.layer == Layer::Doubtful && !self.heard
    }

    /// A message was sent that has to be acknowledged.
    pub(super) fn expect_ack(&mut self, now: Millis) {
        self.expect_answer(now);
        self.deadlines.set_by(Timer::Unacknowledged, now.saturating_add(ACK_WITHIN));
    }

    /// The server has answered something. Frames are answered in order, so it is there and reads what it is sent;
    /// messages of others, which prove one direction only, do not count. `messages` are still under way.
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

    /// The server has acknowledged or refused a message. `messages` are still under way.
    pub(super) fn acknowledged(&mut self, now: Millis, messages: bool) {
        if messages {
            self.deadlines.set(Timer::Unacknowledged, now.saturating_add(ACK_WITHIN));
        } else {
            self.deadlines.clear(Timer::Unacknowledged);
        }
        self.answered(now, messages);
    }

    /// This `ping` was answered; an earlier one's answer leaves the latest open.
    pub(super) fn ponged(&mut self, id: u32) {
        self.ping.take_if(|latest| *latest == id);
    }

    /// The number of the next `ping`; `None` where the server would not answer it.
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

    /// The number of the next `sync`; `None` while one is under way, which is then followed by another.
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

    /// A hole was noticed: asks after it in a moment, unless it closes by itself.
    pub(super) fn sync_soon(&mut self, now: Millis) {
        if !self.is_assured() {
            return;
        }
        self.deadlines.set_by(Timer::Sync, now.saturating_add(CROSSING));
    }

    /// Whether an answer to a `sync` is awaited through this socket.
    pub(super) fn is_syncing(&self, socket: SocketId) -> bool {
        self.socket == Some(socket) && self.sync.is_some()
    }

    /// Whether this is the `sync` under way.
    pub(super) fn is_sync(&self, id: u32) -> bool {
        self.sync.is_some_and(|(under_way, _)| under_way == id)
    }

    /// The `sync` under way was answered. Returns whether another was wanted meanwhile.
    pub(super) fn sync_done(&mut self) -> bool {
        self.sync = None;
        std::mem::take(&mut self.sync_again)
    }

    /// The `sync` under way was refused for now.
    pub(super) fn sync_later(&mut self, at: Millis) {
        self.sync = None;
        self.deadlines.set(Timer::Sync, at);
    }

    /// The server takes no messages before this.
    pub(super) fn pause(&mut self, until: Millis) {
        self.deadlines.set(Timer::Resume, until);
    }

    /// What has come due, one at a time.
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

    /// `hello` was not answered in time.
    fn unwelcomed(&mut self, now: Millis) -> Due {
        if self.layer == Layer::Pending && !self.server.is_trusted_to_answer() {
            self.layer = Layer::Doubtful;
            self.deadlines.set(Timer::Welcome, now.saturating_add(self.server.silent_for()));
            self.arm_keepalive(now);
            return Due::Doubt;
        }
        // Silence proves no layer: the line may be dead. Speaking without ever answering `hello` does.
        if self.layer == Layer::Doubtful && self.heard && self.server.is_doubted() {
            return Due::Plain;
        }
        self.server.was_silent();
        Due::Dead
    }

    /// The time to answer, or the first half of it, is over, and has been for so long.
    fn unanswered(&mut self, now: Millis, late: Millis) -> Option<Due> {
        if late >= HELD_UP && !self.held_up {
            self.await_answer(now);
            self.held_up = true;
            return Some(Due::Ping);
        }
        let half = self.server.reply_within() / 2;
        if self.probed || late >= half {
            self.server.strike();
            return Some(Due::Dead);
        }
        self.probed = true;
        self.deadlines.set(Timer::Reply, now.saturating_add(half - late));
        // A `ping` on its way will do.
        self.ping.is_none().then_some(Due::Ping)
    }

    /// Something was sent that has to be answered: the time counts from the oldest that is not.
    fn expect_answer(&mut self, now: Millis) {
        if !self.deadlines.is_set(Timer::Reply) {
            self.await_answer(now);
        }
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
