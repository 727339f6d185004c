//! The signed-in user.

use std::cell::RefCell;

use super::Id;
use crate::browser::exports::default_inbox;

thread_local! {
    static USER: RefCell<Option<Option<Id>>> = const { RefCell::new(None) };
}

/// Sets the signed-in user, by any stable id; `None` if no user is signed in. You may call it at any time.
/// Does nothing if the user is the same as before.
///
/// A change of user closes the connection, fails the queued frames and forgets the cursors. With `None`, the
/// connection stays closed, as after [`disconnect`](super::disconnect); otherwise it reconnects if there is a
/// listener.
///
/// Call this or `disconnect` whenever a user signs out. Otherwise a message that one user has queued is sent
/// on the next user's connection if the server does not reply to `hello`.
pub fn set_user(user: Option<Id>) {
    let is_gone = user.is_none();
    let before = USER.replace(Some(user.clone()));
    let inbox = default_inbox();
    if before == Some(user) || !inbox.is_used() {
        return;
    }
    if is_gone {
        inbox.disconnect();
    } else {
        inbox.change_user();
    }
}
