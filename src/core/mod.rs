//! The pure core: events and the time go in, effects and the next deadline come out.
//!
//! The core calls no browser API, clock or random source. The caller passes the time in milliseconds and seeds the
//! random generator, so tests run every behavior natively, in virtual time, and repeat it exactly.
//!
//! # The contract
//!
//! After each input, the caller takes effects from [`poll_effect`](Machine::poll_effect) and carries them out in order
//! until there are none, then sets its one alarm to [`next_deadline`](Machine::next_deadline). While carrying out an
//! effect, the caller may call inputs.
//!
//! - **Inputs** report what happened. [`handle`](Machine::handle) takes the events of sockets, the alarm, the page and
//!   the user; [`subscribe`](Machine::subscribe) and [`unsubscribe`](Machine::unsubscribe) count listeners;
//!   [`send`](Machine::send) queues a frame, and [`transmitted`](Machine::transmitted) reports that the socket took it.
//!   Received frames other than messages have an input each: [`receive_unusable`](Machine::receive_unusable), or
//!   [`receive_control`](Machine::receive_control) and then the one for the frame's content:
//!   [`welcomed`](Machine::welcomed), after [`user_changed`](Machine::user_changed) if it names another user;
//!   [`hello_ignored`](Machine::hello_ignored); [`acknowledged`](Machine::acknowledged);
//!   [`rejected`](Machine::rejected); [`ponged`](Machine::ponged); [`begin_synced`](Machine::begin_synced),
//!   [`receive_synced`](Machine::receive_synced) for each message and [`synced`](Machine::synced);
//!   [`sync_rejected`](Machine::sync_rejected).
//! - **The hot path** is for messages, which may arrive by the thousand a second: [`receive`](Machine::receive) judges
//!   one, and [`delivered`](Machine::delivered) counts the listeners called.
//!   [`has_effects`](Machine::has_effects) returns whether `receive` left an effect to poll. None of the three moves a
//!   deadline or changes the status.
//! - **Outputs** are [`poll_effect`](Machine::poll_effect), [`next_deadline`](Machine::next_deadline), and the contents
//!   of two effects: [`cursors`](Machine::cursors) and [`sync_cursors`](Machine::sync_cursors). Read these while
//!   carrying out [`Effect::Hello`] and [`Effect::Sync`].
//! - **Queries** change nothing. Call them at any time: [`status`](Machine::status), [`stats`](Machine::stats),
//!   [`phase`](Machine::phase), [`counts`](Machine::counts), [`is_under_way`](Machine::is_under_way),
//!   [`is_idle`](Machine::is_idle).
//!
//! ```ignore-wasm32,standalone_crate
//! use inbox_socket::core::{Config, Effect, Event, Machine};
//!
//! let mut machine = Machine::new(Config::default(), 7);
//! let mut opened = None;
//!
//! machine.subscribe(0); // An input, at 0 ms.
//! while let Some(effect) = machine.poll_effect() {
//!     match effect {
//!         Effect::Connect(socket) => opened = Some(socket), // Open a WebSocket under this id.
//!         Effect::Announce => assert!(machine.status().is_connecting),
//!         _ => {}
//!     }
//! }
//! assert_eq!(machine.next_deadline(), Some(5_000)); // Set the alarm: the attempt may take 5 s.
//!
//! machine.handle(5_000, Event::Alarm); // The next input: the handshake has not succeeded.
//! assert_eq!(machine.poll_effect(), opened.map(Effect::Drop));
//! ```
//!
//! # Five rules
//!
//! 1. **Deadlines, not timer events.** The machine asks for an alarm at a point in time. An early, late or stale alarm
//!    is harmless, because only the time decides what is due.
//! 2. **Every socket event carries the id of its socket.** Events of a dropped socket do nothing.
//! 3. **JavaScript is never called while Rust state is borrowed.** The machine never calls out: it queues effects,
//!    which the caller carries out after the call has returned.
//! 4. **A listener that throws doesn't affect the others.** The caller catches exceptions of each listener separately.
//! 5. **Teardown completes before it is announced.** The machine announces a status only once it is in force.

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
pub mod keeper;
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

/// Whether the core speaks layer 1: the feature `layer-1`. Without it, no connection leaves layer 0, and the compiler
/// removes what only layer 1 uses.
pub const LAYER_1: bool = cfg!(feature = "layer-1");

/// A point in time or a span of it, in milliseconds. Points count from any fixed start.
pub type Millis = u64;

/// Identifies one socket among all that a page has opened; never reused.
pub type SocketId = u32;

/// The number of a message within its conversation: consecutive, 1, 2, 3 …
pub type Seq = u64;

/// Identifies one outgoing frame from its acceptance until it is settled; never reused.
pub type SendId = u32;
