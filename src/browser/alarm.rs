//! The timer of an inbox, set to its machine's next deadline.

use gloo_timers::callback::Timeout;

use super::clock;
use crate::core::Millis;

/// When the alarm rings, and the browser's timer.
pub(super) type Alarm = (Millis, Timeout);

/// Returns an alarm that rings at the deadline or earlier. Keeps an alarm that rings earlier: waking up early
/// is harmless, and every message sent postpones the deadline a little.
pub(super) fn adjust(
    armed: Option<Alarm>,
    deadline: Option<Millis>,
    ring: impl FnOnce() + 'static,
) -> Option<Alarm> {
    let wakes_in_time = armed.as_ref().zip(deadline).is_some_and(|((at, _), deadline)| *at <= deadline);
    if wakes_in_time {
        return armed;
    }
    // Dropping a Timeout cancels it.
    drop(armed);
    deadline.map(|at| (at, Timeout::new(delay_until(at), ring)))
}

fn delay_until(deadline: Millis) -> u32 {
    // A browser treats a longer delay as 0; waking up early is harmless.
    const LONGEST: u32 = i32::MAX as u32;
    let delay = deadline.saturating_sub(clock::now());
    u32::try_from(delay).map_or(LONGEST, |delay| delay.min(LONGEST))
}
