//! How long to wait before an attempt to reconnect.

use super::{Config, Millis, rng::Rng};

/// A restarting server lets go of everybody in the same instant, and those who come before it is back meet those who
/// come late: each wave of attempts is as wide as this span and as dense as its inverse, and two of them overlap. So
/// with 20 s no second brings more than a ninth of all, however long up to 5 s the server takes (`tests/herd.rs`). A
/// server that hints knows better how many there are.
const RESTART_SPREAD: Millis = 20_000;

/// The wait before attempt number `attempt` (0 is the first). The delay is capped by the list's end first
/// and jittered afterwards, so that clients at the cap stay apart as well.
pub(super) fn wait(config: &Config, attempt: u32, rng: &mut Rng) -> Millis {
    let delays = &config.reconnect_delays;
    let delay = delays.get(attempt as usize).or(delays.last()).copied().unwrap_or(0);
    let stray = (rng.unit() * 2.0 - 1.0) * config.jitter;
    (delay as f64 * (1.0 + stray)).round() as Millis
}

/// The first wait after a server said that it restarts: uniform over its own hint or the default span.
pub(super) fn spread(hint: Option<Millis>, rng: &mut Rng) -> Millis {
    (rng.unit() * hint.unwrap_or(RESTART_SPREAD) as f64).round() as Millis
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_follow_the_list_and_repeat_its_last_entry() {
        let config = Config { jitter: 0.0, ..Config::default() };
        let mut rng = Rng::new(1);
        let waits: Vec<Millis> = (0..7).map(|n| wait(&config, n, &mut rng)).collect();
        assert_eq!(waits, [500, 2_000, 5_000, 10_000, 30_000, 30_000, 30_000]);
    }

    #[test]
    fn jitter_strays_at_most_a_fifth_to_either_side_even_at_the_cap() {
        let config = Config::default();
        let mut rng = Rng::new(1);
        let waits: Vec<Millis> = (0..1_000).map(|_| wait(&config, 9, &mut rng)).collect();
        assert!(waits.iter().all(|w| (24_000..=36_000).contains(w)));
        assert!(waits.iter().any(|w| *w < 25_000) && waits.iter().any(|w| *w > 35_000));
    }

    #[test]
    fn an_empty_list_of_delays_means_no_wait() {
        let config = Config { reconnect_delays: vec![], ..Config::default() };
        assert_eq!(wait(&config, 3, &mut Rng::new(1)), 0);
    }

    #[test]
    fn a_restart_spreads_the_first_wait_over_the_servers_hint_or_over_twenty_seconds() {
        let mut rng = Rng::new(1);
        for (hint, span) in [(Some(40_000), 40_000), (None, 20_000)] {
            let waits: Vec<Millis> = (0..1_000).map(|_| spread(hint, &mut rng)).collect();
            assert!(waits.iter().all(|w| *w <= span));
            assert!(waits.iter().any(|w| *w < 1_000) && waits.iter().any(|w| *w > span - 1_000));
        }
    }
}
