//! What the page has learned about its server: outlives each connection, until the user changes.

use super::Millis;

/// How long a server that was never met may take to answer `hello` before messages are sent without knowing
/// whether it acknowledges. Until then they wait.
const WELCOME_WITHIN: Millis = 3_000;

/// How long an answer may take. Part of the wire: see PROTOCOL.md.
const REPLY_WITHIN: Millis = 5_000;

/// Connections in a row on which the server may stay silent before the page stops trusting that the next one is better:
/// after these no message is sent again without knowing that the server is there.
const TRIES: u32 = 3;

/// Connections in a row that the server may close right after `hello`, with a code, before it is not said any more.
const CLOSINGS: u32 = 2;

/// The same for connections that end without a code, as those do whose server process fails under uvicorn; but a bad line
/// looks the same.
const LOSSES: u32 = 3;

/// The size of a `sync_response` to ask for, in bytes: 1.6 s on a line of 160 kbit/s. Each strike halves it.
const BATCH: u32 = 32 << 10;

/// Strikes that halve the batch; those behind them double the time that an answer may take instead.
const HALVINGS: u32 = 3;

/// Doublings of a time, at most: 40 s.
const DOUBLINGS: u32 = 3;

#[derive(Debug)]
pub(super) struct Server {
    /// The option `protocol` allows layer 1.
    enabled: bool,
    /// It has answered `hello` before.
    met: bool,
    /// It has proved that it does not know `hello`, so messages do not wait for the answer any more.
    plain: bool,
    /// Connections in a row that were given up because nothing showed which layer the server speaks.
    silences: u32,
    /// Connections in a row that the server closed right after `hello`, before the first `welcome` of all.
    closings: u32,
    /// The same for connections that were lost.
    losses: u32,
    /// Connections that were given up with a question unanswered, less the answers that came quickly since. A slow line
    /// and a dead one look alike: the first strikes make questions smaller, the next ones make patience longer.
    strikes: u32,
}

impl Server {
    pub(super) fn new(enabled: bool) -> Self {
        Self { enabled, met: false, plain: false, silences: 0, closings: 0, losses: 0, strikes: 0 }
    }

    /// Everything that was learned is forgotten.
    pub(super) fn forget(&mut self) {
        *self = Self::new(self.enabled);
    }

    /// Whether to say `hello`.
    pub(super) fn may_know_hello(&self) -> bool {
        self.enabled && self.closings < CLOSINGS && self.losses < LOSSES
    }

    /// Whether messages wait until `hello` is answered.
    pub(super) fn is_undecided(&self) -> bool {
        self.may_know_hello() && !self.plain
    }

    pub(super) fn is_met(&self) -> bool {
        self.met
    }

    pub(super) fn welcomed(&mut self) {
        self.met = true;
        self.plain = false;
        self.silences = 0;
        self.closings = 0;
        self.losses = 0;
    }

    pub(super) fn proved_plain(&mut self) {
        self.plain = true;
        self.met = false;
        self.silences = 0;
    }

    /// A connection was given up, and the server had not shown which layer it speaks.
    pub(super) fn was_silent(&mut self) {
        self.silences = self.silences.saturating_add(1);
    }

    /// A connection ended soon after it had opened, and before the server had answered `hello`. Where that was not said,
    /// it was not the reason for the earlier ones either.
    pub(super) fn ended_early(&mut self, with_a_code: bool) {
        if !self.may_know_hello() {
            self.closings = 0;
            self.losses = 0;
        } else if with_a_code {
            self.closings += 1;
        } else {
            self.losses += 1;
        }
    }

    /// A connection has lasted. If that was because `hello` was not said, after no more than losses, one more try will
    /// tell: it may have been the line.
    pub(super) fn lasted(&mut self) {
        if self.may_know_hello() {
            self.closings = 0;
            self.losses = 0;
        } else {
            self.losses = self.losses.min(LOSSES - 1);
        }
    }

    /// A server that has answered before will again, or the line is bad: a new connection is worth more than a guess.
    pub(super) fn is_trusted_to_answer(&self) -> bool {
        self.met && self.silences < TRIES
    }

    /// Whether messages may go out before the server has shown that it is there. A server of layer 0 that never says
    /// anything stores a message each time that it is sent.
    pub(super) fn may_send_unseen(&self) -> bool {
        self.silences <= TRIES
    }

    /// Whether more connections than these few have shown nothing.
    pub(super) fn is_doubted(&self) -> bool {
        self.silences >= TRIES
    }

    /// How long to wait for the answer to `hello` before anything else is tried.
    pub(super) fn welcome_within(&self) -> Millis {
        if self.met { self.reply_within() } else { WELCOME_WITHIN }
    }

    /// How long a connection is then kept on which the server stays silent: each further one for longer, since a server
    /// with nothing to say looks the same as a dead line.
    pub(super) fn silent_for(&self) -> Millis {
        REPLY_WITHIN << self.silences.saturating_sub(TRIES).min(DOUBLINGS)
    }

    /// How long an answer may take.
    pub(super) fn reply_within(&self) -> Millis {
        REPLY_WITHIN << self.strikes.saturating_sub(HALVINGS).min(DOUBLINGS)
    }

    /// The size of a `sync_response` to ask for, in bytes.
    pub(super) fn batch(&self) -> u32 {
        BATCH >> self.strikes.min(HALVINGS)
    }

    /// A connection was given up with a question unanswered.
    pub(super) fn strike(&mut self) {
        self.strikes = (self.strikes + 1).min(HALVINGS + DOUBLINGS);
    }

    /// A question was answered after this time.
    pub(super) fn answered_after(&mut self, time: Millis) {
        if time < REPLY_WITHIN / 4 {
            self.strikes = self.strikes.saturating_sub(1);
        }
    }
}
