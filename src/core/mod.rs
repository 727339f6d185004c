//! The pure core: events and the time go in, effects and the next deadline come out.
//!
//! Nothing here names a browser, reads a clock or draws a random number of its own. Time is handed in
//! as milliseconds, randomness comes from a generator seeded by the caller. So every behaviour can be
//! played through natively, in virtual time, as often as one likes.
//!
//! # The contract
//!
//! The caller hands each thing that happens to [`Machine::handle`], takes effects from
//! [`Machine::poll_effect`] until there are none, and calls again with [`Event::Alarm`] when
//! [`Machine::next_deadline`] is reached.
//!
//! # Five rules
//!
//! 1. **Deadlines, not timer events.** The machine asks for a wake-up at a time; an early, late or stale
//!    wake-up is harmless, because only the time decides what is due.
//! 2. **Every socket event carries the id of its socket.** Events of a socket that was dropped do nothing.
//! 3. **JavaScript is never called while Rust state is borrowed.** The machine never calls out: it says what
//!    is to be done, and the caller does it after the call has returned.
//! 4. **One throwing listener never starves the rest.** Whoever calls listeners catches for each.
//! 5. **Teardown is finished before anyone is told of it.** A status is announced when the state that it
//!    describes is already in force.

mod backoff;
mod close_code;
mod config;
mod connection;
mod deadlines;
mod effect;
mod error;
mod event;
mod gate;
mod inspection;
mod machine;
mod outbox;
mod rng;
mod server;
mod session;
mod stats;
mod status;

pub use close_code::CloseReason;
pub use config::Config;
pub use effect::Effect;
pub use error::{ConnectionError, SendError};
pub use event::Event;
pub use gate::{Gap, HeldId, Slot, Verdict};
pub use inspection::{Layer, Phase};
pub use machine::Machine;
pub use outbox::{Kind, Outcome};
pub use stats::{DropReason, Stats};
pub use status::Status;

/// A point in time or a span of it, in milliseconds. Points count from any fixed start.
pub type Millis = u64;

/// Names one socket among all that a page has opened; never used twice.
pub type SocketId = u32;

/// The number of a message within its conversation: 1, 2, 3 and so on, without holes.
pub type Seq = u64;

/// Names one outgoing frame from its acceptance until it is settled; never used twice.
pub type SendId = u32;
