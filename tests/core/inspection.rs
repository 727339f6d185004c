//! The machine's state for developers, in virtual time.

use crate::world::World;
use inbox_socket::core::{Config, Effect, Event, Kind, Layer, Machine, Millis, Phase, SocketId};

fn phase(world: &World) -> Phase {
    world.machine.phase(world.now)
}

fn waiting(next_attempt_in: Millis) -> Phase {
    Phase::Waiting { next_attempt_in }
}

/// A machine that has sent `hello` on an open connection, at 0 ms.
fn asked() -> (Machine, SocketId) {
    let mut machine = Machine::new(Config::default(), 1);
    machine.subscribe(0);
    let Some(Effect::Connect(socket)) = machine.poll_effect() else { panic!("no socket was asked for") };
    machine.handle(0, Event::Opened { socket });
    (machine, socket)
}

#[test]
fn the_phase_follows_the_connection_from_idle_to_connected_and_back() {
    let mut world = World::new();
    assert_eq!(phase(&world), Phase::Idle);
    world.subscribe();
    assert_eq!(phase(&world), Phase::Connecting);
    world.open();
    assert!(matches!(phase(&world), Phase::Connected(_)));
    world.unsubscribe();
    world.pass(250);
    assert_eq!(phase(&world), Phase::Idle);
}

#[test]
fn the_phase_distinguishes_states_that_the_public_status_does_not() {
    for (code, shown) in [(1000, Phase::Ended), (4403, Phase::Refused)] {
        let mut world = World::connected();
        world.close(code);
        assert_eq!(phase(&world), shown, "{code}");
    }
    let mut world = World::new();
    world.subscribe();
    world.fail_until_given_up();
    assert_eq!(phase(&world), Phase::GivenUp);
}

#[test]
fn the_remaining_wait_decreases_and_reading_it_changes_nothing() {
    let mut world = World::connected();
    world.close(1006);
    let deadline = world.machine.next_deadline();
    assert_eq!(world.machine.phase(world.now), waiting(500));
    assert_eq!(world.machine.phase(world.now + 200), waiting(300));
    assert_eq!(world.machine.phase(world.now + 9_000), waiting(0), "an alarm may be late");
    assert_eq!(world.machine.phase(world.now), waiting(500));
    assert_eq!(world.machine.next_deadline(), deadline);
    world.pass(500);
    assert_eq!(phase(&world), Phase::Connecting);
}

#[test]
fn an_open_connection_shows_the_servers_layer() {
    assert_eq!(phase(&World::connected()), Phase::Connected(Layer::Plain), "protocol 0 sends no hello");

    let (mut machine, _) = asked();
    assert_eq!(machine.phase(0), Phase::Connected(Layer::Pending));
    machine.handle(3_000, Event::Alarm);
    assert_eq!(machine.phase(3_000), Phase::Connected(Layer::Doubtful));

    let (mut machine, socket) = asked();
    machine.hello_ignored(0, socket, true);
    assert_eq!(machine.phase(0), Phase::Connected(Layer::Plain));

    let (mut machine, socket) = asked();
    machine.welcomed(0, socket, None, &[]);
    assert_eq!(machine.phase(0), Phase::Connected(Layer::Assured));
}

#[test]
fn a_message_waits_until_a_socket_has_it_and_again_when_the_socket_is_lost() {
    let (mut machine, socket) = asked();
    let send = machine.send(0, Kind::Message, 10).unwrap();
    assert!(!machine.is_under_way(send), "it waits for the server's reply");
    machine.welcomed(0, socket, None, &[]);
    assert!(machine.is_under_way(send));
    machine.handle(0, Event::Closed { socket, code: 1006, retry_after: None });
    assert!(!machine.is_under_way(send));
    assert!(!machine.is_under_way(send + 1), "the message does not exist");
}

#[test]
fn a_machine_is_idle_without_connection_listeners_and_queued_frames() {
    let mut world = World::new();
    assert!(world.machine.is_idle());
    world.subscribe();
    assert!(!world.machine.is_idle(), "it connects");
    world.open();
    world.unsubscribe();
    assert!(!world.machine.is_idle(), "the connection lingers");
    world.pass(250);
    assert!(world.machine.is_idle());

    world.send();
    world.close(4403);
    assert!(!world.machine.is_idle(), "a message is queued");
    world.handle(Event::Disconnect);
    assert!(world.machine.is_idle());

    world.subscribe();
    world.close(1000);
    assert!(!world.machine.is_idle(), "it has a listener");
    world.unsubscribe();
    assert!(world.machine.is_idle());
}
