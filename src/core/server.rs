//! What the page has learned about its server, over all connections of one user.

use super::{LAYER_1, Millis};

/// How long messages wait for the first `welcome` of a server. After this, they are sent without knowing whether it
/// acknowledges.
const WELCOME_WITHIN: Millis = 3_000;

/// How long a reply may take: see PROTOCOL.md.
const REPLY_WITHIN: Millis = 5_000;

/// Silent connections in a row before the page stops expecting a `welcome`. After one more, no message is sent again
/// until the server has sent a frame.
const TRIES: u32 = 3;

/// Connections in a row that the server may close with a code right after `hello`, before the page omits `hello`.
const CLOSINGS: u32 = 2;

/// The same for connections that end without a code: a server process that fails under uvicorn ends them so, but so
/// does a bad link.
const LOSSES: u32 = 3;

/// The size of a `sync_response` to request, in bytes: 1.6 s on a link of 160 kbit/s. Each strike halves it.
const BATCH: u32 = 32 << 10;

/// The number of strikes that halve the batch. Each further one doubles the time that a reply may take.
const HALVINGS: u32 = 3;

/// The maximum number of doublings: 40 s.
const DOUBLINGS: u32 = 3;

#[derive(Debug)]
pub(super) struct Server {
    /// The option `protocol` allows layer 1.
    enabled: bool,
    /// It has replied to `hello`.
    met: bool,
    /// It has proved that it does not know `hello`, so messages no longer wait for the reply.
    plain: bool,
    /// Connections in a row given up because the server had not shown its layer.
    silences: u32,
    /// Connections in a row that the server closed right after `hello`, before its first `welcome`.
    closings: u32,
    /// The same for connections that were lost.
    losses: u32,
    /// Connections given up with a request pending, minus quick replies since. Since a slow link looks like a dead one,
    /// the first strikes make batches smaller, and further ones allow more time.
    strikes: u32,
}

impl Server {
    pub(super) fn new(enabled: bool) -> Self {
        Self { enabled, met: false, plain: false, silences: 0, closings: 0, losses: 0, strikes: 0 }
    }

    /// Forgets everything learned.
    pub(super) fn forget(&mut self) {
        *self = Self::new(self.enabled);
    }

    /// Returns whether to send `hello`.
    pub(super) fn may_know_hello(&self) -> bool {
        LAYER_1 && self.enabled && self.closings < CLOSINGS && self.losses < LOSSES
    }

    /// Returns whether messages wait for the reply to `hello`.
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

    /// A connection was given up, and the server had not shown its layer.
    pub(super) fn was_silent(&mut self) {
        self.silences = self.silences.saturating_add(1);
    }

    /// A connection ended soon after it had opened, before any reply to `hello`. If no `hello` was sent, it did not
    /// cause the earlier ends either.
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

    /// A connection has lasted. If `hello` was omitted on it after losses, the next connection tries `hello` once more,
    /// because the link may have caused the losses.
    pub(super) fn lasted(&mut self) {
        if self.may_know_hello() {
            self.closings = 0;
            self.losses = 0;
        } else {
            self.losses = self.losses.min(LOSSES - 1);
        }
    }

    /// Returns whether to reconnect, and not to guess the layer, if `hello` gets no reply: the server has replied
    /// before, so the link is probably bad.
    pub(super) fn is_trusted_to_answer(&self) -> bool {
        self.met && self.silences < TRIES
    }

    /// Returns whether messages may be sent before the server has sent a frame. A silent layer-0 server stores a
    /// message again each time that it is sent, so the attempts are limited.
    pub(super) fn may_send_unseen(&self) -> bool {
        self.silences <= TRIES
    }

    /// Returns whether so many connections stayed silent that the server may no longer speak layer 1.
    pub(super) fn is_doubted(&self) -> bool {
        self.silences >= TRIES
    }

    /// How long to wait for the reply to `hello`.
    pub(super) fn welcome_within(&self) -> Millis {
        if self.met { self.reply_within() } else { WELCOME_WITHIN }
    }

    /// How long to keep a silent connection after that: longer each time, because a server without news looks like a
    /// dead link.
    pub(super) fn silent_for(&self) -> Millis {
        REPLY_WITHIN << self.silences.saturating_sub(TRIES).min(DOUBLINGS)
    }

    /// How long a reply may take.
    pub(super) fn reply_within(&self) -> Millis {
        REPLY_WITHIN << self.strikes.saturating_sub(HALVINGS).min(DOUBLINGS)
    }

    /// The size of a `sync_response` to request, in bytes.
    pub(super) fn batch(&self) -> u32 {
        BATCH >> self.strikes.min(HALVINGS)
    }

    /// A connection was given up with a request pending. If the server has no batches, the strikes for these are skipped.
    pub(super) fn strike(&mut self, has_batches: bool) {
        let skipped = if has_batches { 0 } else { HALVINGS };
        self.strikes = (self.strikes.max(skipped) + 1).min(HALVINGS + DOUBLINGS);
    }

    /// The server replied to a request after this time.
    pub(super) fn answered_after(&mut self, time: Millis) {
        if time < REPLY_WITHIN / 4 {
            self.strikes = self.strikes.saturating_sub(1);
        }
    }
}
