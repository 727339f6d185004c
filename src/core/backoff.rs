//! The delays before attempts to reconnect.

use super::{Config, Millis, rng::Rng};

/// A restarting server disconnects all clients in the same instant. The first attempts are spread evenly over this
/// span, and the retries of those that came too early overlap them. With 20 s, no second brings more than a ninth of
/// all clients, for restarts of up to 5 s (`tests/herd.rs`). A server's own hint takes precedence, because the server
/// knows its number of clients.
const RESTART_SPREAD: Millis = 20_000;

/// The maximum jitter of the first wait, so that a single client recovers from a blip in about half a second.
const FIRST_JITTER: f64 = 0.2;

/// Returns the wait before attempt number `attempt` (0 is the first): uniformly random within the jitter around its
/// delay, and not above the longest delay.
///
/// From the second wait on, the default jitter is the whole delay, so that clients that lost the server together return
/// spread over seconds (`tests/herd.rs`).
pub(super) fn wait(config: &Config, attempt: u32, rng: &mut Rng) -> Millis {
    let delays = &config.reconnect_delays;
    let delay = delays.get(attempt as usize).or(delays.last()).copied().unwrap_or(0) as f64;
    let jitter = if attempt == 0 { config.jitter.min(FIRST_JITTER) } else { config.jitter };
    let longest = delays.iter().max().copied().unwrap_or(0) as f64;
    let low = delay * (1.0 - jitter);
    let high = if attempt == 0 { delay * (1.0 + jitter) } else { (delay * (1.0 + jitter)).min(longest) };
    (low + rng.unit() * (high - low)).round() as Millis
}

/// Returns the first wait after a restart: uniformly random from 0 to the server's hint or the default span.
pub(super) fn spread(hint: Option<Millis>, rng: &mut Rng) -> Millis {
    (rng.unit() * hint.unwrap_or(RESTART_SPREAD) as f64).round() as Millis
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(config: &Config, attempt: u32) -> Vec<Millis> {
        let mut rng = Rng::new(1);
        (0..1_000).map(|_| wait(config, attempt, &mut rng)).collect()
    }

    #[test]
    fn without_jitter_waits_follow_the_list_and_repeat_its_last_entry() {
        let config = Config { jitter: 0.0, ..Config::default() };
        let mut rng = Rng::new(1);
        let waits: Vec<Millis> = (0..7).map(|n| wait(&config, n, &mut rng)).collect();
        assert_eq!(waits, [500, 2_000, 5_000, 10_000, 30_000, 30_000, 30_000]);
    }

    #[test]
    fn the_first_wait_varies_by_a_fifth_at_most() {
        let waits = waits(&Config::default(), 0);
        assert!(waits.iter().all(|w| (400..=600).contains(w)));
        assert!(waits.iter().any(|w| *w < 420) && waits.iter().any(|w| *w > 580));
    }

    #[test]
    fn later_waits_are_drawn_from_nothing_to_twice_the_delay() {
        for (attempt, most) in [(1, 4_000), (2, 10_000), (3, 20_000)] {
            let waits = waits(&Config::default(), attempt);
            assert!(waits.iter().all(|w| *w <= most));
            assert!(waits.iter().any(|w| *w < most / 20) && waits.iter().any(|w| *w > most / 20 * 19));
        }
    }

    #[test]
    fn no_wait_is_longer_than_the_longest_delay() {
        let waits = waits(&Config::default(), 9);
        assert!(waits.iter().all(|w| *w <= 30_000));
        assert!(waits.iter().any(|w| *w < 1_500) && waits.iter().any(|w| *w > 28_500));
    }

    #[test]
    fn a_smaller_jitter_keeps_every_wait_near_its_delay() {
        let config = Config { jitter: 0.1, ..Config::default() };
        assert!(waits(&config, 1).iter().all(|w| (1_800..=2_200).contains(w)));
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
