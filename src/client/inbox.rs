//! An inbox: a connection of its own, with the crate's functions as methods.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use super::{ConfigureError, Id, Options, State, Stats};
use crate::browser::{clock, commands, exports, imports, inbox};

thread_local! {
    static PAGE: OnceCell<Inbox> = const { OnceCell::new() };
}

/// An inbox with a connection of its own, for example to another server. The crate's functions are the methods of the
/// page's default inbox, [`Inbox::page`].
///
/// Clones share the inbox, and each [`Guard`](super::Guard) keeps it. When the last of these is dropped, the inbox ends:
/// the connection closes at once, and the queued frames fail.
#[derive(Clone)]
pub struct Inbox(Rc<Handle>);

struct Handle {
    /// The inbox's index in the table of browser/inbox.rs.
    number: u32,
    js: imports::Inbox,
    user: RefCell<Option<Option<Id>>>,
}

impl Inbox {
    /// Creates an inbox with these options. It connects when it is used.
    ///
    /// # Errors
    ///
    /// If an option is invalid.
    pub fn new(options: Options) -> Result<Self, ConfigureError> {
        let inbox = Self::of(commands::new_inbox());
        inbox.configure(options)?;
        Ok(inbox)
    }

    /// Returns the page's default inbox.
    pub fn page() -> Self {
        PAGE.with(|page| page.get_or_init(|| Self::of(exports::default_inbox_and_number())).clone())
    }

    /// Returns the current state of the connection.
    pub fn state(&self) -> State {
        state_of(self.number())
    }

    /// Returns the current counters.
    pub fn stats(&self) -> Stats {
        let now = clock::now();
        inbox::with(self.number(), |inbox| inbox.machine.stats(now)).unwrap_or_default()
    }

    /// Like [`retry`](super::retry).
    pub fn retry(&self) {
        self.js().retry();
    }

    /// Like [`disconnect`](super::disconnect).
    pub fn disconnect(&self) {
        self.js().disconnect();
    }

    pub(super) fn number(&self) -> u32 {
        self.0.number
    }

    pub(super) fn js(&self) -> &imports::Inbox {
        &self.0.js
    }

    pub(super) fn user(&self) -> &RefCell<Option<Option<Id>>> {
        &self.0.user
    }

    fn of((number, js): (u32, imports::Inbox)) -> Self {
        Self(Rc::new(Handle { number, js, user: RefCell::default() }))
    }
}

/// The state of the inbox with this number: for closures that must not keep it.
pub(super) fn state_of(number: u32) -> State {
    inbox::with(number, |inbox| inbox.machine.status()).unwrap_or_default()
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.js.dispose();
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("state", &self.state()).finish_non_exhaustive()
    }
}
