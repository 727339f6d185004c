//! One connection for all tabs of a browser: who has it, and how the others use it.
//!
//! Every tab keeps its own [`Machine`](crate::core::Machine) with its own cursors and queue. What the machine opens as
//! its socket is, in the leader, the WebSocket, and in a follower a relay to the leader. To a follower, a change of
//! leader is a lost connection, so all that holds for reconnections holds for it. One leader saves connections, and no
//! guarantee depends on it: two leaders, a lost word or a message sent twice cost only traffic.
//!
//! ```text
//!               connect               granted
//!   Away ───────────────▶ Seeking ───────────────▶ Leading
//!    ▲                     ▲   │ Here                 │ a later reign, or the lock is lost
//!    │ leave               │   ▼                      │
//!    └─ any role       Bye │ Following ◀──────────────┘
//!                          │   │ silent for 5 s, or the server speaks layer 0
//!                          │   ▼
//!                          │ Alone   until granted, or until the leader speaks again
//! ```
//!
//! Like the core, this module calls no browser API, clock or random source: [`Tab`] takes inputs with the time, and
//! [`poll_effect`](Tab::poll_effect) returns what to do. The caller numbers what passes through it:
//!
//! - a *dial* is one attempt of the machine to connect, and the socket that it opens;
//! - a *line* is one WebSocket of a leader;
//! - an *item* is one frame of a tab that passes through the leader's hub. The caller keeps its text and its
//!   tab's own `id` until [`TabEffect::Forget`], and writes the item's number into its `id` on the wire;
//! - a *key* is a conversation id, as in `heads`.

mod hub;
mod tab;
mod word;

pub use hub::ItemKind;
pub use tab::{Role, Tab, TabEffect};
pub use word::{LineState, What, Word};

/// Identifies a tab among those of its browser: random, so that the caller chooses it.
pub type TabId = u32;

/// Orders the reigns of leaders: each one's is above all that its tab has heard of.
pub type Epoch = u64;

/// Identifies one attempt of this tab's machine to connect; never reused.
pub type DialId = u32;

/// Identifies one WebSocket among those of a leader; never reused.
pub type LineId = u32;

/// Identifies one frame that passes through the hub; never reused. 0 is the hub's own `ping`.
pub type Item = u32;

/// A conversation id as a small integer, without its type.
pub type Key = u32;
