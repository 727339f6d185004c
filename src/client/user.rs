//! The signed-in user.

use super::{Id, Inbox};

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
    Inbox::page().set_user(user);
}

impl Inbox {
    /// Like [`set_user`].
    pub fn set_user(&self, user: Option<Id>) {
        let is_gone = user.is_none();
        let before = self.user().replace(Some(user.clone()));
        if before == Some(user) || !self.js().is_used() {
            return;
        }
        if is_gone {
            self.js().disconnect();
        } else {
            self.js().change_user();
        }
    }
}
