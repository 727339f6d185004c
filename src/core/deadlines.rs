//! The deadlines that are set: at most one for each timer.

use super::Millis;

/// What a deadline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    /// An attempt to connect has taken too long.
    Connect,
    /// The wait before the next attempt is over.
    Reconnect,
    /// The last listener left one linger ago.
    Linger,
    /// The server has not replied to `hello`.
    Welcome,
    /// The next `ping` is due.
    Heartbeat,
    /// The application's keepalive frame is due.
    Keepalive,
    /// A reply is overdue.
    Reply,
    /// Messages are still unacknowledged on a connection that replies to everything else.
    Unacknowledged,
    /// A missing message has not arrived by itself.
    Sync,
    /// The server accepts messages again.
    Resume,
}

/// A list, not an array indexed by timer, so that a new timer needs no count. The methods are not inlined: they have
/// forty call sites, and the copies made the wasm larger by 12 kB.
#[derive(Clone, Debug, Default)]
pub(super) struct Deadlines(Vec<(Timer, Millis)>);

impl Deadlines {
    #[inline(never)]
    pub(super) fn set(&mut self, timer: Timer, at: Millis) {
        self.clear(timer);
        self.0.push((timer, at));
    }

    #[inline(never)]
    pub(super) fn clear(&mut self, timer: Timer) {
        self.0.retain(|(set, _)| *set != timer);
    }

    #[inline(never)]
    pub(super) fn get(&self, timer: Timer) -> Option<Millis> {
        self.0.iter().find(|(set, _)| *set == timer).map(|(_, at)| *at)
    }

    pub(super) fn is_set(&self, timer: Timer) -> bool {
        self.get(timer).is_some()
    }

    /// Sets a deadline unless an earlier one is set.
    pub(super) fn set_by(&mut self, timer: Timer, at: Millis) {
        self.set(timer, self.get(timer).map_or(at, |set| set.min(at)));
    }

    pub(super) fn clear_all(&mut self) {
        self.0.clear();
    }

    /// Clears this deadline if it has passed. Returns whether it had.
    pub(super) fn take_due(&mut self, timer: Timer, now: Millis) -> bool {
        self.take_overdue(timer, now).is_some()
    }

    /// Clears this deadline if it has passed. Returns how long ago.
    #[inline(never)]
    pub(super) fn take_overdue(&mut self, timer: Timer, now: Millis) -> Option<Millis> {
        let late = now.checked_sub(self.get(timer)?)?;
        self.clear(timer);
        Some(late)
    }

    /// The earliest deadline that is set.
    pub(super) fn next(&self) -> Option<Millis> {
        self.0.iter().map(|(_, at)| *at).min()
    }
}
