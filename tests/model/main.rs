//! The delivery of layer 1, tried in every order of events: two clients, two messages, connections that break, a
//! channel layer that loses, doubles and reorders, and a server that crashes. `spec.rs` has the protocol on a page,
//! the checker walks through every state that it can get into, and takes out one guard at a time to see that it is
//! missed.
//!
//! ```text
//! cargo test --profile sim --test model -- --nocapture
//! ```

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod spec;

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::time::Instant;

use spec::{Delivery, Guard};
use stateright::{Checker, HasDiscoveries, Model};

/// One sends both messages, or each sends one. Up to twice a connection breaks, and once the channel layer slips: what
/// each guard is for takes no more.
const ONE_SENDS: Delivery = Delivery { writes: [2, 0], breaks: 2, slips: 1, without: None };
const BOTH_SEND: Delivery = Delivery { writes: [1, 1], breaks: 2, slips: 1, without: None };

fn check(config: Delivery) {
    let begin = Instant::now();
    let checker = config.clone().checker().spawn_bfs().join();
    println!(
        "{:?} messages, {} breaks, {} slips: {} states, up to {} steps deep, {:.1} s",
        config.writes,
        config.breaks,
        config.slips,
        checker.unique_state_count(),
        checker.max_depth(),
        begin.elapsed().as_secs_f64()
    );
    checker.assert_properties();
    let states = Runs::follow_all(&config);
    assert_eq!(states, checker.unique_state_count(), "both walks saw the same");
}

#[test]
fn two_messages_of_one_sender_are_stored_and_heard_once_and_in_order() {
    check(ONE_SENDS);
}

#[test]
fn a_message_of_each_is_stored_and_heard_once_and_in_order() {
    check(BOTH_SEND);
}

/// Follows every run to its end. What has no end is found here: the checker itself sees a loop as a state that it
/// knows, and says nothing. As every run ends, and no end is incomplete, everything is delivered in the end.
#[derive(Default)]
struct Runs {
    /// Whether all runs from this state were followed; if not, it lies on the one that is being followed.
    followed: HashMap<u64, bool>,
}

impl Runs {
    fn follow_all(model: &Delivery) -> usize {
        let mut runs = Self::default();
        for state in model.init_states() {
            runs.follow(model, &state);
        }
        runs.followed.len()
    }

    fn follow(&mut self, model: &Delivery, state: &spec::State) {
        let print = BuildHasherDefault::<DefaultHasher>::default().hash_one(state);
        match self.followed.insert(print, false) {
            Some(true) => {}
            Some(false) => panic!("a run that never ends comes back to {state:?}"),
            None => model.next_states(state).iter().for_each(|next| self.follow(model, next)),
        }
        self.followed.insert(print, true);
    }
}

/// Without a guard, the checker finds a run that breaks one of the promises.
fn assert_needed(guard: Guard, promise: &'static str) {
    let config = Delivery { without: Some(guard), ..ONE_SENDS };
    let checker = config.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let found = checker.discovery(promise);
    let run = found.unwrap_or_else(|| panic!("without {guard:?}, nothing breaks “{promise}”")).into_actions();
    println!("without {guard:?}, “{promise}” breaks in {} steps:\n  {run:?}", run.len());
}

#[test]
fn without_dedupe_the_checker_finds_a_message_heard_twice() {
    assert_needed(Guard::Dedupe, spec::HEARD);
}

#[test]
fn without_the_gap_check_the_checker_finds_a_message_skipped() {
    assert_needed(Guard::GapCheck, spec::HEARD);
}

#[test]
fn without_the_hold_the_checker_finds_messages_heard_out_of_order() {
    assert_needed(Guard::Hold, spec::HEARD);
}

#[test]
fn without_the_idempotent_insert_the_checker_finds_a_message_stored_twice() {
    assert_needed(Guard::IdempotentInsert, spec::STORED);
}

#[test]
fn without_the_resend_the_checker_finds_a_message_lost() {
    assert_needed(Guard::Resend, spec::COMPLETE);
}

#[test]
fn without_the_digest_the_checker_finds_a_message_never_heard() {
    assert_needed(Guard::Digest, spec::COMPLETE);
}
