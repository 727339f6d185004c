//! The delivery of layer 1, checked in every order of events: two clients, two messages, connections that break, a
//! channel layer that loses, duplicates and reorders, and a server that crashes. `spec.rs` specifies the protocol, the
//! checker visits every reachable state, and the last tests remove one guard at a time to show that it is needed.
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

/// One client sends both messages, or each sends one. A connection breaks up to twice, and the channel layer slips
/// once: that is enough to need every guard.
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
    assert_eq!(states, checker.unique_state_count(), "both searches must visit the same states");
}

#[test]
fn two_messages_of_one_sender_are_stored_and_received_once_and_in_order() {
    check(ONE_SENDS);
}

#[test]
fn a_message_of_each_sender_is_stored_and_received_once_and_in_order() {
    check(BOTH_SEND);
}

/// Follows every run to its end, and panics on an endless one, which the checker does not report because it stops at
/// known states. Since every run ends, and the checker finds no incomplete end, every message is delivered.
#[derive(Default)]
struct Runs {
    /// Whether all runs from this state were followed; if not, it is part of the current run.
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
            Some(false) => panic!("an endless run returns to {state:?}"),
            None => model.next_states(state).iter().for_each(|next| self.follow(model, next)),
        }
        self.followed.insert(print, true);
    }
}

/// Asserts that the checker, without this guard, finds a run that breaks this promise.
fn assert_needed(guard: Guard, promise: &'static str) {
    let config = Delivery { without: Some(guard), ..ONE_SENDS };
    let checker = config.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let found = checker.discovery(promise);
    let run = found.unwrap_or_else(|| panic!("without {guard:?}, no run breaks “{promise}”")).into_actions();
    println!("without {guard:?}, “{promise}” breaks in {} steps:\n  {run:?}", run.len());
}

#[test]
fn without_dedupe_the_checker_finds_a_message_received_twice() {
    assert_needed(Guard::Dedupe, spec::HEARD);
}

#[test]
fn without_the_gap_check_the_checker_finds_a_message_skipped() {
    assert_needed(Guard::GapCheck, spec::HEARD);
}

#[test]
fn without_the_hold_the_checker_finds_messages_received_out_of_order() {
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
fn without_the_digest_the_checker_finds_a_message_never_received() {
    assert_needed(Guard::Digest, spec::COMPLETE);
}
