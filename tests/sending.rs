//! What the application hands over is sent once, in order, whenever there is a connection to send it through.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod world;

use inbox_socket::core::{Config, Effect, Event, Kind, Machine, Outcome, SendError, Status};
use world::World;

#[test]
fn an_open_connection_sends_at_once() {
    let mut world = World::connected();
    let id = world.send();
    assert_eq!(world.sent, [id]);
    assert_eq!(world.settled, [(id, Outcome::Sent)]);
}

#[test]
fn messages_written_offline_are_sent_in_order_after_reconnection() {
    let mut world = World::connected();
    world.close(1006);
    let written = [world.send(), world.send(), world.send()];
    assert!(world.sent.is_empty());
    assert_eq!(world.machine.stats(world.now).queued, 3);
    world.pass_to_deadline();
    world.open();
    assert_eq!(world.sent, written);
    assert_eq!(world.machine.stats(world.now).queued, 0);
}

#[test]
fn messages_written_before_the_first_connection_wait_for_it() {
    let mut world = World::new();
    world.subscribe();
    let id = world.send();
    world.open();
    assert_eq!(world.sent, [id]);
}

#[test]
fn messages_outlive_giving_up() {
    let mut world = World::new();
    world.subscribe();
    let id = world.send();
    world.fail_until_given_up();
    world.handle(Event::Retry);
    world.open();
    assert_eq!(world.sent, [id]);
}

#[test]
fn a_socket_that_takes_no_more_loses_nothing_and_keeps_the_order() {
    let mut world = World::connected();
    let first = world.send();
    world.socket_takes_no_more = true;
    let second = world.send();
    let third = world.send();
    assert_eq!(world.sent, [first]);
    assert!(!world.status().is_connected);
    world.pass_to_deadline();
    world.open();
    assert_eq!(world.sent, [first, second, third]);
}

#[test]
fn a_full_queue_refuses_and_disturbs_nothing() {
    let mut world = World::with(Config { queue_limit: 2, protocol: 0, ..Config::default() });
    world.subscribe();
    let kept = [world.send(), world.send()];
    assert_eq!(world.machine.send(world.now, Kind::Message, 10), Err(SendError::QueueFull));
    world.open();
    assert_eq!(world.sent, kept);
    world.send();
    assert_eq!(world.sent.len(), 3);
}

#[test]
fn a_message_without_a_listener_opens_a_connection_and_lets_it_go_again() {
    let mut world = World::new();
    let id = world.send();
    world.open();
    assert_eq!(world.sent, [id]);
    world.pass(250);
    assert_eq!(world.socket, None);
    assert_eq!(world.status(), Status::default());
}

#[test]
fn a_message_keeps_the_attempts_going_after_the_last_listener_has_left() {
    let mut world = World::new();
    world.subscribe();
    world.close(1006);
    let id = world.send();
    world.unsubscribe();
    world.pass(500);
    world.open();
    assert_eq!(world.sent, [id]);
}

#[test]
fn disconnect_fails_what_is_queued_so_that_nobody_else_sends_it() {
    let mut world = World::new();
    world.subscribe();
    let id = world.send();
    world.handle(Event::Disconnect);
    assert_eq!(world.settled, [(id, Outcome::Failed(SendError::Disconnected))]);
    world.handle(Event::Retry);
    world.open();
    assert!(world.sent.is_empty());
}

#[test]
fn what_waited_for_a_servers_answer_to_hello_is_settled_only_when_a_socket_has_taken_it() {
    let mut machine = Machine::new(Config::default(), 1);
    let send = machine.send(0, Kind::Message, 10).unwrap();
    let Some(Effect::Connect(socket)) = machine.poll_effect() else { panic!("nobody asked for a socket") };
    machine.handle(0, Event::Opened { socket });
    machine.hello_ignored(0, socket);
    let effects: Vec<Effect> = std::iter::from_fn(|| machine.poll_effect()).collect();
    assert_eq!(effects.last(), Some(&Effect::Transmit { socket, send }));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Settle { .. })), "{effects:?}");
    machine.transmitted(send, 10);
    assert_eq!(machine.stats(0).frames_out, 1);
    assert_eq!(machine.poll_effect(), Some(Effect::Settle { send, outcome: Outcome::Sent }));
}
