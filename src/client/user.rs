//! Who is signed in.

use std::cell::RefCell;

use super::Id;
use crate::browser::exports::default_inbox;

thread_local! {
    static USER: RefCell<Option<Option<Id>>> = const { RefCell::new(None) };
}

/// Says who is signed in, by any name that is the same each time; `None` for nobody. May be called at any time, and does
/// nothing where it is the same as before.
///
/// Another user's page begins anew: the connection ends, what is queued fails, and how far was heard is forgotten. With
/// `None` it stays closed like after [`disconnect`](super::disconnect), else it opens again if anybody listens.
///
/// Without this, a message that was queued for one user is sent on the connection of the next one, if that one's server
/// does not answer `hello`: call either this or `disconnect` whenever somebody signs out.
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
