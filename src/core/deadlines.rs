//! A table of the deadlines that are set: one place for each reason to wake up.

use super::Millis;

/// A reason to wake up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    /// An attempt to connect has taken too long.
    Connect,
    /// The wait before the next attempt is over.
    Reconnect,
    /// Nobody has listened for the linger's length.
    Linger,
    /// The server has not answered `hello`.
    Welcome,
    /// It is time to ask for a sign of life.
    Heartbeat,
    /// Something that has to be answered was not.
    Reply,
    /// A hole has had its time to close by itself.
    Sync,
    /// The server takes messages again.
    Resume,
}

impl Timer {
    const COUNT: usize = 8;
}

#[derive(Clone, Debug, Default)]
pub(super) struct Deadlines([Option<Millis>; Timer::COUNT]);

impl Deadlines {
    pub(super) fn set(&mut self, timer: Timer, at: Millis) {
        self.put(timer, Some(at));
    }

    pub(super) fn clear(&mut self, timer: Timer) {
        self.put(timer, None);
    }

    pub(super) fn get(&self, timer: Timer) -> Option<Millis> {
        self.0.get(timer as usize).copied().flatten()
    }

    pub(super) fn is_set(&self, timer: Timer) -> bool {
        self.get(timer).is_some()
    }

    /// Sets a deadline unless an earlier one is set.
    pub(super) fn set_by(&mut self, timer: Timer, at: Millis) {
        self.set(timer, self.get(timer).map_or(at, |set| set.min(at)));
    }

    pub(super) fn clear_all(&mut self) {
        *self = Self::default();
    }

    /// Whether this deadline has come; if so, it is cleared.
    pub(super) fn take_due(&mut self, timer: Timer, now: Millis) -> bool {
        self.take_overdue(timer, now).is_some()
    }

    /// How long ago this deadline came; if it has, it is cleared.
    pub(super) fn take_overdue(&mut self, timer: Timer, now: Millis) -> Option<Millis> {
        let at = self.get(timer)?;
        let late = now.checked_sub(at)?;
        self.clear(timer);
        Some(late)
    }

    /// The earliest deadline that is set.
    pub(super) fn next(&self) -> Option<Millis> {
        self.0.iter().flatten().min().copied()
    }

    fn put(&mut self, timer: Timer, at: Option<Millis>) {
        if let Some(entry) = self.0.get_mut(timer as usize) {
            *entry = at;
        }
    }
}
