//! What tabs say to each other. Words may be lost, delayed and repeated; those of one tab stay in order.

use super::{DialId, Epoch, LineId, TabId};
use crate::core::Millis;

/// A word, as it arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The tab that says it.
    pub from: TabId,
    /// The latest reign that this tab knows of; that of a leader is its own.
    pub epoch: Epoch,
    /// The content.
    pub what: What,
}

/// The content of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// To the leader: are you there? The leader replies at once.
    Who {
        /// The machine's attempt that waits for a relay.
        joins: Option<DialId>,
    },
    /// To the leader: the browser is online, or this tab has become visible.
    Nudge,
    /// To the leader, with a frame for the server.
    Up {
        /// The leader's line that the relay belongs to.
        line: LineId,
    },
    /// This tab leaves: as a leader, its line is closed.
    Bye,
    /// From the leader: I am here.
    Here {
        /// Its latest line.
        line: LineId,
        /// Whether that serves other tabs.
        state: LineState,
        /// In how many ms its next deadline is, since a hidden tab's timers are late.
        due: Option<Millis>,
    },
    /// From the leader: the relay of this attempt is open.
    Opened {
        /// The attempt.
        dial: DialId,
        /// The line that it belongs to.
        line: LineId,
    },
    /// From the leader, with a frame of the server.
    Down {
        /// The line on which it arrived.
        line: LineId,
    },
    /// From the leader: this line is closed, and the relays with it.
    Closed {
        /// The line.
        line: LineId,
        /// The close code for the relays.
        code: u16,
    },
}

/// The state of a leader's line, as other tabs see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    /// Not yet, or no longer, open.
    Closed,
    /// Open for relays.
    Open,
    /// Open, but the server has not spoken layer 1: it can't be shared.
    Unshared,
}
