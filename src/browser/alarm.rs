//! The one alarm, set to the machine's next deadline.

use std::cell::Cell;

use gloo_timers::callback::Timeout;

use super::{clock, hub};
use crate::core::{Event, Millis};

thread_local! {
    static ALARM: Cell<Option<(Millis, Timeout)>> = const { Cell::new(None) };
}

/// Makes sure that the alarm rings by the deadline. One that rings earlier is left as it is: waking up early is
/// harmless, and with each message sent the deadline moves away a little.
pub(super) fn set(deadline: Option<Millis>) {
    let armed = ALARM.take();
    let wakes_in_time = armed.as_ref().zip(deadline).is_some_and(|((at, _), deadline)| *at <= deadline);
    if wakes_in_time {
        ALARM.set(armed);
        return;
    }
    // Dropping a Timeout cancels it.
    drop(armed);
    ALARM.set(deadline.map(|at| (at, Timeout::new(delay_until(at), ring))));
}

fn delay_until(deadline: Millis) -> u32 {
    // A browser takes a longer delay than this for none at all; waking up early is harmless.
    const LONGEST: u32 = i32::MAX as u32;
    let delay = deadline.saturating_sub(clock::now());
    u32::try_from(delay).map_or(LONGEST, |delay| delay.min(LONGEST))
}

fn ring() {
    // Taken out first: an alarm that came a moment early has to be set anew for the same deadline.
    if let Some((_, rung)) = ALARM.take() {
        rung.forget();
    }
    hub::handle(Event::Alarm);
}
