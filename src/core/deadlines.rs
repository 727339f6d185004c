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
}

impl Timer {
    const COUNT: usize = 3;
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

    pub(super) fn is_set(&self, timer: Timer) -> bool {
        self.0.get(timer as usize).is_some_and(Option::is_some)
    }

    /// Whether this deadline has come; if so, it is cleared.
    pub(super) fn take_due(&mut self, timer: Timer, now: Millis) -> bool {
        let due = self.0.get(timer as usize).is_some_and(|at| at.is_some_and(|at| at <= now));
        if due {
            self.clear(timer);
        }
        due
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
