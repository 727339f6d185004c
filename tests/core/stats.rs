//! The counters.

use crate::world::World;
use inbox_socket::core::{DropReason, Verdict};

/// Receives a layer-0 message of conversation 1, which has this many listeners.
fn hear(world: &mut World, listeners: u32) -> Verdict {
    let socket = world.socket.expect("connected");
    let verdict = world.machine.receive(socket, Some(1), None, 20, true);
    world.machine.delivered(listeners);
    verdict
}

#[test]
fn an_unusable_frame_is_counted_and_changes_nothing_else() {
    let mut world = World::connected();
    let socket = world.socket.unwrap();
    let before = world.status();
    world.machine.receive_unusable(world.now, socket, 7, DropReason::NotAnObject);
    world.machine.receive_unusable(world.now, socket, 9, DropReason::Unreadable);
    let stats = world.machine.stats(world.now);
    assert_eq!((stats.frames_in, stats.frames_dropped, stats.frames_parsed), (2, 2, 1));
    assert_eq!(world.status(), before);
    assert_eq!(hear(&mut world, 1), Verdict::Deliver);
}

#[test]
fn each_counter_counts_its_events() {
    let mut world = World::connected();
    world.subscribe();
    hear(&mut world, 2);
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
