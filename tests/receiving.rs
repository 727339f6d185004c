//! Who is given a message.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod world;

use inbox_socket::core::{Audience, DropReason, ListenerId, Slot};
use world::World;

fn hear(world: &mut World, conversation: Option<Slot>) -> Vec<ListenerId> {
    let mut listeners = Vec::new();
    let socket = world.socket.expect("connected");
    world.machine.receive(socket, conversation, None, 20, true, &mut listeners);
    listeners
}

#[test]
fn a_message_reaches_its_conversation_and_the_inbox_and_nobody_else() {
    let mut world = World::connected();
    let two = world.subscribe(Audience::Conversation(2));
    world.subscribe(Audience::Conversation(3));
    let inbox = world.subscribe(Audience::Everything);
    assert_eq!(hear(&mut world, Some(2)), [two, inbox]);
}

#[test]
fn a_message_without_a_known_conversation_reaches_the_inbox_only() {
    let mut world = World::connected();
    assert!(hear(&mut world, None).is_empty());
    let inbox = world.subscribe(Audience::Everything);
    assert_eq!(hear(&mut world, None), [inbox]);
}

#[test]
fn two_listeners_of_one_conversation_both_hear_it_and_one_may_leave() {
    let mut world = World::connected();
    let a = world.subscribe(Audience::Conversation(2));
    let b = world.subscribe(Audience::Conversation(2));
    assert_eq!(hear(&mut world, Some(2)), [a, b]);
    world.unsubscribe(Audience::Conversation(2), a);
    assert_eq!(hear(&mut world, Some(2)), [b]);
}

#[test]
fn an_unusable_frame_is_counted_and_changes_nothing() {
    let mut world = World::connected();
    let socket = world.socket.unwrap();
    let before = world.status();
    world.machine.receive_unusable(socket, 7, DropReason::NotAnObject);
    world.machine.receive_unusable(socket, 9, DropReason::Unreadable);
    let stats = world.machine.stats(world.now);
    assert_eq!((stats.frames_in, stats.frames_dropped, stats.frames_parsed), (2, 2, 1));
    assert_eq!(world.status(), before);
    assert_eq!(hear(&mut world, Some(1)).len(), 1);
}

#[test]
fn the_counters_speak_of_what_happened() {
    let mut world = World::connected();
    world.subscribe(Audience::Everything);
    hear(&mut world, Some(1));
    world.send();
    world.pass(3_000);
    world.close(1006);
    world.pass_to_deadline();
    world.open();
    world.pass(2_000);
    let stats = world.machine.stats(world.now);
    assert_eq!((stats.attempts, stats.handshakes, stats.reconnections), (2, 2, 1));
    assert_eq!((stats.frames_in, stats.frames_parsed, stats.frames_delivered), (1, 1, 2));
    assert_eq!((stats.frames_out, stats.characters_in, stats.characters_out), (1, 20, 10));
    assert_eq!((stats.listeners, stats.queued, stats.connected_ms), (2, 0, 5_000));
}
