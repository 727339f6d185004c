//! The states of the one connection: when to open a socket, when to wait, when to stop.
//!
//! ```text
//!            wanted                 Opened
//!   Idle ──────────────▶ Connecting ───────▶ Open
//!    ▲                    │      ▲             │
//!    │ unwanted for       │ lost │ wait over,  │ lost
//!    │ the linger         ▼      │ nudge       ▼
//!    └─ any state        Waiting ◀─────────────┘
//!                         │ too many attempts
//!                         ▼
//!                        GivenUp      Ended: closed with 1000      Refused: 4401 twice, 4403
//! ```

use std::collections::VecDeque;

use super::{
    CloseReason, Config, ConnectionError, Effect, Layer, Millis, Phase, SocketId, Stats, Status, backoff,
    deadlines::{Deadlines, Timer},
    rng::Rng,
};

/// Only a connection that has lasted this long resets the backoff, so that a server that accepts and drops at once is
/// not hammered.
const STABLE_AFTER: Millis = 5_000;

/// A second 4401 within this time means that fresh credentials do not help. Longer than [`STABLE_AFTER`], because a
/// server may take some seconds to check them.
const CREDENTIALS_LAST: Millis = 60_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Connecting(SocketId),
    Open { socket: SocketId, since: Millis },
    Waiting,
    GivenUp,
    Ended,
    Refused(ConnectionError),
}

/// Who asks for a connection now, which decides which states it overrides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nudge {
    /// The browser: the network is back, or the page is visible.
    Page,
    /// A message to send.
    Send,
    /// A first listener.
    Listener,
    /// `retry()`.
    User,
}

#[derive(Debug)]
pub(super) struct Connection {
    config: Config,
    rng: Rng,
    state: State,
    deadlines: Deadlines,
    next_socket: SocketId,
    /// Attempts to reconnect since the connection was last open, as the public status shows them.
    attempts: u32,
    /// Attempts to reconnect since the connection was last stable, for backoff and giving up.
    failures: u32,
    was_connected: bool,
    /// When 4401 last made this ask for a fresh address; another 4401 soon after that is final.
    fresh_address_asked: Option<Millis>,
    connected_before: Millis,
}

impl Connection {
    pub(super) fn new(config: Config, seed: u64) -> Self {
        Self {
            config,
            rng: Rng::new(seed),
            state: State::Idle,
            deadlines: Deadlines::default(),
            next_socket: 0,
            attempts: 0,
            failures: 0,
            was_connected: false,
            fresh_address_asked: None,
            connected_before: 0,
        }
    }

    /// A handshake succeeded. Returns false if the socket is a dropped one.
    pub(super) fn opened(&mut self, now: Millis, socket: SocketId) -> bool {
        if self.state != State::Connecting(socket) {
            return false;
        }
        self.deadlines.clear(Timer::Connect);
        self.state = State::Open { socket, since: now };
        self.attempts = 0;
        self.was_connected = true;
        true
    }

    pub(super) fn closed(
        &mut self,
        now: Millis,
        socket: SocketId,
        code: u16,
        retry_after: Option<Millis>,
        io: &mut Io<'_>,
    ) {
        if self.socket() != Some(socket) {
            return;
        }
        self.drop_socket(now, io);
        match CloseReason::of(code) {
            CloseReason::Normal => self.rest(State::Ended),
            CloseReason::Forbidden => self.rest(State::Refused(ConnectionError::Forbidden)),
            CloseReason::SessionExpired if self.has_fresh_credentials(now) => {
                self.rest(State::Refused(ConnectionError::SessionExpired));
            }
            CloseReason::SessionExpired => {
                // No error is shown: the next attempt uses new credentials.
                self.rest(State::Idle);
                self.fresh_address_asked = Some(now);
                self.connect(now, io);
            }
            CloseReason::Restart if self.failures == 0 => {
                let wait = backoff::spread(retry_after, &mut self.rng);
                self.wait(now, wait);
            }
            CloseReason::Restart | CloseReason::Lost => self.back_off(now),
        }
    }

    /// Handles the deadlines that have passed.
    pub(super) fn alarm(&mut self, now: Millis, io: &mut Io<'_>) {
        if self.deadlines.take_due(Timer::Linger, now) {
            self.drop_socket(now, io);
            self.rest(State::Idle);
        }
        if self.deadlines.take_due(Timer::Connect, now) {
            self.drop_socket(now, io);
            self.back_off(now);
        }
        if self.deadlines.take_due(Timer::Reconnect, now) {
            self.reconnect(now, io);
        }
    }

    /// Connects now, if the state allows it for this nudge.
    pub(super) fn nudge(&mut self, now: Millis, by: Nudge, io: &mut Io<'_>) {
        match self.state {
            State::Idle | State::Open { .. } => {}
            State::Connecting(_) if by == Nudge::User => {
                self.drop_socket(now, io);
                self.failures = 0;
                self.reconnect(now, io);
            }
            State::Connecting(_) => {}
            // A message alone does not shorten a wait, because many may follow.
            State::Waiting if by == Nudge::Send => {}
            State::Waiting => {
                if by == Nudge::User {
                    self.failures = 0;
                }
                self.reconnect(now, io);
            }
            State::GivenUp => {
                self.failures = 0;
                self.reconnect(now, io);
            }
            // Ended on purpose, or refused: only the user or the application connects again, never a browser event.
            State::Ended if by != Nudge::Page => self.connect(now, io),
            State::Refused(_) if matches!(by, Nudge::Listener | Nudge::User) => {
                self.connect(now, io);
            }
            State::Ended | State::Refused(_) => {}
        }
    }

    /// Connects if the connection is wanted, and starts the linger if it is not.
    pub(super) fn reconcile(&mut self, now: Millis, wanted: bool, io: &mut Io<'_>) {
        if wanted {
            self.deadlines.clear(Timer::Linger);
            if self.state == State::Idle {
                self.connect(now, io);
            }
        } else if self.state != State::Idle && !self.deadlines.is_set(Timer::Linger) {
            let linger = self.config.linger;
            self.deadlines.set(Timer::Linger, now.saturating_add(linger));
        }
    }

    /// Closes now, and stays closed until the user, a message or a first listener asks again.
    pub(super) fn end(&mut self, now: Millis, io: &mut Io<'_>) {
        self.drop_socket(now, io);
        self.rest(State::Ended);
    }

    /// Closes now, and connects again when wanted, even if it had ended or was refused.
    pub(super) fn restart(&mut self, now: Millis, io: &mut Io<'_>) {
        self.drop_socket(now, io);
        self.rest(State::Idle);
    }

    /// Closes now, and connects again when wanted, unless it had ended or was refused.
    pub(super) fn suspend(&mut self, now: Millis, io: &mut Io<'_>) {
        if matches!(self.state, State::Ended | State::Refused(_)) {
            return;
        }
        self.restart(now, io);
    }

    /// The open socket, which frames may use.
    pub(super) fn open_socket(&self) -> Option<SocketId> {
        match self.state {
            State::Open { socket, .. } => Some(socket),
            _ => None,
        }
    }

    /// Returns whether there is neither a connection nor an attempt to come.
    pub(super) fn is_at_rest(&self) -> bool {
        self.socket().is_none() && self.state != State::Waiting
    }

    pub(super) fn next_deadline(&self) -> Option<Millis> {
        self.deadlines.next()
    }

    pub(super) fn status(&self) -> Status {
        let trouble = if self.was_connected { ConnectionError::Lost } else { ConnectionError::Unreachable };
        let error = match self.state {
            State::Idle | State::Ended | State::Open { .. } => None,
            // The first attempt shows no error.
            State::Connecting(_) => (self.was_connected || self.attempts > 0).then_some(trouble),
            State::Waiting => Some(trouble),
            State::GivenUp => Some(ConnectionError::GaveUp),
            State::Refused(error) => Some(error),
        };
        Status {
            is_connected: matches!(self.state, State::Open { .. }),
            is_connecting: matches!(self.state, State::Connecting(_)),
            error,
            reconnect_attempts: self.attempts,
        }
    }

    /// The state for developers, with the server's layer if the connection is open.
    pub(super) fn phase(&self, now: Millis, layer: Layer) -> Phase {
        match self.state {
            State::Idle => Phase::Idle,
            State::Connecting(_) => Phase::Connecting,
            State::Open { .. } => Phase::Connected(layer),
            State::Waiting => {
                let at = self.deadlines.get(Timer::Reconnect).unwrap_or(now);
                Phase::Waiting { next_attempt_in: at.saturating_sub(now) }
            }
            State::GivenUp => Phase::GivenUp,
            State::Ended => Phase::Ended,
            State::Refused(_) => Phase::Refused,
        }
    }

    /// The total time connected.
    pub(super) fn connected_ms(&self, now: Millis) -> Millis {
        match self.state {
            State::Open { since, .. } => self.connected_before + now.saturating_sub(since),
            _ => self.connected_before,
        }
    }

    fn has_fresh_credentials(&self, now: Millis) -> bool {
        self.fresh_address_asked.is_some_and(|asked| now.saturating_sub(asked) < CREDENTIALS_LAST)
    }

    fn socket(&self) -> Option<SocketId> {
        match self.state {
            State::Connecting(socket) | State::Open { socket, .. } => Some(socket),
            _ => None,
        }
    }

    fn connect(&mut self, now: Millis, io: &mut Io<'_>) {
        let socket = self.next_socket;
        self.next_socket = self.next_socket.wrapping_add(1);
        self.state = State::Connecting(socket);
        self.deadlines.clear(Timer::Reconnect);
        let timeout = self.config.connect_timeout;
        self.deadlines.set(Timer::Connect, now.saturating_add(timeout));
        io.stats.attempts += 1;
        io.effects.push_back(Effect::Connect(socket));
    }

    fn reconnect(&mut self, now: Millis, io: &mut Io<'_>) {
        self.attempts += 1;
        self.failures += 1;
        io.stats.reconnections += 1;
        self.connect(now, io);
    }

    fn back_off(&mut self, now: Millis) {
        if self.failures >= self.config.max_attempts {
            self.state = State::GivenUp;
            return;
        }
        let wait = backoff::wait(&self.config, self.failures, &mut self.rng);
        self.wait(now, wait);
    }

    fn wait(&mut self, now: Millis, wait: Millis) {
        if self.config.max_attempts == 0 {
            self.state = State::GivenUp;
            return;
        }
        self.state = State::Waiting;
        self.deadlines.set(Timer::Reconnect, now.saturating_add(wait));
    }

    /// Drops the socket, if there is one: its later events are ignored.
    fn drop_socket(&mut self, now: Millis, io: &mut Io<'_>) {
        if let State::Open { since, .. } = self.state {
            let lasted = now.saturating_sub(since);
            self.connected_before += lasted;
            if lasted >= STABLE_AFTER {
                self.failures = 0;
            }
        }
        if let Some(socket) = self.socket() {
            io.effects.push_back(Effect::Drop(socket));
        }
        self.deadlines.clear(Timer::Connect);
    }

    /// Enters a state without a socket or attempts, and forgets earlier failures.
    fn rest(&mut self, state: State) {
        self.state = state;
        self.deadlines.clear(Timer::Reconnect);
        self.attempts = 0;
        self.failures = 0;
        self.was_connected = false;
        self.fresh_address_asked = None;
        self.deadlines.clear(Timer::Linger);
    }
}

/// The connection's outputs.
pub(super) struct Io<'a> {
    pub(super) effects: &'a mut VecDeque<Effect>,
    pub(super) stats: &'a mut Stats,
}
