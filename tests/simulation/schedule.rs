//! What will happen, in order of time.

use std::collections::BTreeMap;

pub(crate) struct Schedule<Happening> {
    /// By time in virtual ms; those of the same time happen in the order in which they were added.
    entries: BTreeMap<(u64, u64), Happening>,
    added: u64,
}

impl<Happening> Schedule<Happening> {
    pub(crate) fn new() -> Self {
        Self { entries: BTreeMap::new(), added: 0 }
    }

    pub(crate) fn add(&mut self, at: u64, happening: Happening) {
        self.added += 1;
        self.entries.insert((at, self.added), happening);
    }

    /// How much has been added so far: another number each time that something happens.
    pub(crate) fn added(&self) -> u64 {
        self.added
    }

    /// Takes what happens next, and its time. `None` if nothing happens until `end`.
    pub(crate) fn next(&mut self, end: u64) -> Option<(u64, Happening)> {
        let ((at, _), happening) = self.entries.pop_first()?;
        (at <= end).then_some((at, happening))
    }
}
