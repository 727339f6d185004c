//! What is agreed on one open connection: whether the server acknowledges, whether it is still there, and what
//! it is asked for. Begins anew with each socket.

use super::{
    Layer, Millis, SocketId,
    deadlines::{Deadlines, Timer},
    outbox::MayGo,
};

/// How long a server that was never met may take to answer `hello` before messages are sent without knowing
/// whether it acknowledges. Until then they wait.
const WELCOME_WITHIN: Millis = 3_000;

/// How often a connection on which the server proved neither layer is given up for a new one, before that is taken
/// for the server's way.
const DOUBTS: u32 = 3;

/// How long anything that has to be answered may take. Part of the wire: see PROTOCOL.md.
const REPLY_WITHIN: Millis = 5_000;

/// A `sync` that is not answered within this time, on a connection that lives, is asked anew when next wanted.
const SYNC_WITHIN: Millis = 30_000;

/// No server is asked for a sign of life more often than this, whatever it announces.
const FASTEST_HEARTBEAT: Millis = 1_000;

/// An alarm this late was held up: by a throttled timer, or a machine that slept. What the server has sent meanwhile
/// may be waiting to be heard behind this very alarm, so silence proves nothing yet.
const HELD_UP: Millis = 1_000;

/// Broadcasts of several server processes may cross. A hole that closes within this time costs no `sync`.
const CROSSING: Millis = 100;

/// What an alarm asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// The server is taken for gone.
    Dead,
    /// Nothing is held back any longer for want of a `welcome`.
    Doubt,
    Ping,
    Sync,
    /// Frames may go that could not before.
    Flush,
}

#[derive(Debug)]
pub(super) struct Session {
    /// The option `protocol` allows layer 1.
    enabled: bool,
    socket: Option<SocketId>,
    layer: Layer,
    /// The server of this page has answered `hello` before: it will again, or it is not well.
    met: bool,
    /// The server of this page has proved that it does not know `hello`: nobody waits for it any more.
    plain: bool,
    /// Connections that were given up because the server proved neither layer.
    doubts: u32,
    deadlines: Deadlines,
    heartbeat: Option<Millis>,
    /// The upper bound that the option `heartbeat` sets.
    heartbeat_limit: Option<Millis>,
    /// Something was received since the last question.
    heard: bool,
    /// The last question was asked again after an alarm that was held up.
    asked_again: bool,
    /// The `sync` under way, and since when.
    sync: Option<(u32, Millis)>,
    /// Another one is wanted after it.
    sync_again: bool,
    next_id: u32,
}

impl Session {
    pub(super) fn new(enabled: bool, heartbeat_limit: Option<Millis>) -> Self {
        Self {
            enabled,
            socket: None,
            layer: Layer::Plain,
            met: false,
            plain: false,
            doubts: 0,
            deadlines: Deadlines::default(),
            heartbeat: None,
            heartbeat_limit,
            heard: false,
            asked_again: false,
            sync: None,
            sync_again: false,
            next_id: 0,
        }
    }

    /// A socket has opened. Answers whether to say `hello`.
    pub(super) fn begin(&mut self, now: Millis, socket: SocketId) -> bool {
        self.socket = Some(socket);
        self.layer = if self.enabled && !self.plain { Layer::Pending } else { Layer::Plain };
        if self.layer == Layer::Pending {
            let within = if self.met { REPLY_WITHIN } else { WELCOME_WITHIN };
            self.deadlines.set(Timer::Welcome, now.saturating_add(within));
        }
        self.enabled
    }

    /// The socket is no more.
    pub(super) fn end(&mut self) {
        self.socket = None;
        self.deadlines.clear_all();
        self.heartbeat = None;
        self.heard = false;
        self.asked_again = false;
        self.sync = None;
        self.sync_again = false;
    }

    /// What was learned of the server is forgotten as well.
    pub(super) fn forget(&mut self) {
        self.met = false;
        self.plain = false;
        self.doubts = 0;
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

    /// Whether the gate counts: not with a server that may know nothing of it.
    pub(super) fn counts(&self) -> bool {
        matches!(self.layer, Layer::Pending | Layer::Assured)
    }

    /// Whether a message is done with when it is sent.
    pub(super) fn settles_by_sending(&self) -> bool {
        self.layer == Layer::Plain
    }

    pub(super) fn may_go(&self) -> MayGo {
        match self.layer {
            Layer::Pending => MayGo::Requests,
            Layer::Doubtful | Layer::Plain => MayGo::Everything,
            Layer::Assured if self.deadlines.is_set(Timer::Resume) => MayGo::Requests,
            Layer::Assured => MayGo::Window,
        }
    }

    pub(super) fn welcome(&mut self, now: Millis, heartbeat: Option<Millis>) {
        self.layer = Layer::Assured;
        self.met = true;
        self.plain = false;
        self.heard = true;
        self.deadlines.clear(Timer::Welcome);
        let limit = self.heartbeat_limit.unwrap_or(Millis::MAX);
        self.heartbeat = heartbeat.map(|every| every.min(limit).max(FASTEST_HEARTBEAT));
        self.arm_heartbeat(now);
    }

    /// The server has proved that it does not know `hello`. Answers whether that is news.
    pub(super) fn prove_plain(&mut self) -> bool {
        if !matches!(self.layer, Layer::Pending | Layer::Doubtful) {
            return false;
        }
        self.layer = Layer::Plain;
        self.plain = true;
        self.deadlines.clear(Timer::Welcome);
        true
    }

    /// Something came from the server: a sign of life, whatever it was.
    pub(super) fn hear(&mut self) {
        self.heard = true;
    }

    /// Something was sent that has to be answered.
    pub(super) fn expect_reply(&mut self, now: Millis) {
        // Counts from the first question after the last sign of life.
        if self.heard || !self.deadlines.is_set(Timer::Reply) {
            self.heard = false;
            self.asked_again = false;
            self.deadlines.set(Timer::Reply, now.saturating_add(REPLY_WITHIN));
        }
    }

    /// The number of the next `ping`; `None` where nobody would answer it.
    pub(super) fn ping(&mut self, now: Millis) -> Option<u32> {
        if !self.is_assured() {
            return None;
        }
        self.arm_heartbeat(now);
        self.expect_reply(now);
        Some(self.take_id())
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
        self.expect_reply(now);
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

    /// The `sync` under way was answered. Answers whether another was wanted meanwhile.
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
            return self.doubt(now);
        }
        if let Some(late) = self.deadlines.take_overdue(Timer::Reply, now)
            && !self.heard
        {
            if late < HELD_UP || self.asked_again {
                return Some(Due::Dead);
            }
            self.expect_reply(now);
            self.asked_again = true;
            return Some(Due::Ping);
        }
        if self.deadlines.take_due(Timer::Resume, now) {
            return Some(Due::Flush);
        }
        if self.deadlines.take_due(Timer::Sync, now) {
            return Some(Due::Sync);
        }
        self.deadlines.take_due(Timer::Heartbeat, now).then_some(Due::Ping)
    }

    pub(super) fn next_deadline(&self) -> Option<Millis> {
        self.deadlines.next()
    }

    /// `hello` was not answered in time.
    fn doubt(&mut self, now: Millis) -> Option<Due> {
        // A server that has answered before is not well. Of any other, or of the way to it, silence says nothing.
        let doubted = self.layer == Layer::Doubtful && self.doubts < DOUBTS;
        if self.met || doubted {
            self.doubts += 1;
            return Some(Due::Dead);
        }
        if self.layer == Layer::Doubtful {
            return None;
        }
        self.layer = Layer::Doubtful;
        self.deadlines.set(Timer::Welcome, now.saturating_add(REPLY_WITHIN));
        Some(Due::Doubt)
    }

    fn arm_heartbeat(&mut self, now: Millis) {
        match self.heartbeat {
            Some(every) => self.deadlines.set(Timer::Heartbeat, now.saturating_add(every)),
            None => self.deadlines.clear(Timer::Heartbeat),
        }
    }

    fn take_id(&mut self) -> u32 {
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        id
    }
}
