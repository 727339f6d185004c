//! The application's frames are sent once and in order, as soon as a connection is open.

use crate::world::World;
use crate::world::page::Page;
use inbox_socket::core::{Config, Effect, Event, Kind, Machine, Outcome, SendError, Status};

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
fn a_closing_socket_loses_no_message_and_keeps_the_order() {
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
fn a_full_queue_rejects_a_message_and_keeps_the_others() {
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
fn a_message_without_a_listener_opens_a_connection_that_then_closes() {
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
fn disconnect_fails_queued_messages_so_that_no_other_user_sends_them() {
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
fn a_message_that_waited_for_the_layer_is_settled_only_when_a_socket_has_taken_it() {
    let mut machine = Machine::new(Config::default(), 1);
    let send = machine.send(0, Kind::Message, 10).unwrap();
    let Some(Effect::Connect(socket)) = machine.poll_effect() else { panic!("no socket was asked for") };
    machine.handle(0, Event::Opened { socket });
    machine.hello_ignored(0, socket, true);
    let effects: Vec<Effect> = std::iter::from_fn(|| machine.poll_effect()).collect();
    assert_eq!(effects.last(), Some(&Effect::Transmit { socket, send }));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Settle { .. })), "{effects:?}");
    machine.transmitted(send, 10);
    assert_eq!(machine.stats(0).frames_out, 1);
    assert_eq!(machine.poll_effect(), Some(Effect::Settle { send, outcome: Outcome::Sent }));
}

mod a_message_that_is_too_large {
    use super::*;

    #[test]
    fn fails_when_the_server_closes_with_1009_and_the_others_are_sent_again() {
        let mut page = Page::assured(0);
        let small = page.send();
        let large = page.try_send(Kind::Message, 20_000).unwrap();
        let last = page.send();
        page.close(1009);
        assert_eq!(page.outcome(large), Some(Outcome::Failed(SendError::TooLarge)));
        page.come_back();
        page.sent.clear();
        page.welcome(0);
        assert_eq!(page.sent, [small, last]);
    }

    #[test]
    fn is_not_searched_for_among_waiting_messages() {
        let mut page = Page::met();
        let send = page.try_send(Kind::Message, 20_000).unwrap();
        page.close(1009);
        assert_eq!(page.outcome(send), None);
    }
}

mod the_end_of_a_user {
    use super::*;

    #[test]
    fn reports_sent_messages_as_unanswered() {
        for (event, why) in
            [(Event::Disconnect, SendError::Disconnected), (Event::UserChanged, SendError::UserChanged)]
        {
            let mut page = Page::assured(0);
            let sent: Vec<_> = (0..33).map(|_| page.send()).collect();
            page.handle(event);
            assert_eq!(page.outcome(sent[0]), Some(Outcome::Failed(SendError::Unanswered)), "{event:?}");
            assert_eq!(page.outcome(sent[32]), Some(Outcome::Failed(why)), "{event:?}");
        }
    }

    #[test]
    fn reports_messages_that_an_earlier_socket_took_as_unanswered() {
        let mut page = Page::assured(0);
        let send = page.send();
        page.close(1006);
        page.handle(Event::Disconnect);
        assert_eq!(page.outcome(send), Some(Outcome::Failed(SendError::Unanswered)));
    }

    #[test]
    fn reports_a_temporarily_rejected_message_as_not_stored() {
        let mut page = Page::assured(0);
        let send = page.send();
        page.machine.rejected(page.now, page.socket(), send, Some(1_000));
        page.handle(Event::Disconnect);
        assert_eq!(page.outcome(send), Some(Outcome::Failed(SendError::Disconnected)));
    }

    #[test]
    fn fails_messages_that_no_socket_has_taken_yet() {
        let mut page = Page::assured(0);
        // A listener sends and disconnects before the effects are carried out.
        let send = page.machine.send(page.now, Kind::Message, 10).unwrap();
        page.handle(Event::Disconnect);
        assert!(page.sent.is_empty());
        assert_eq!(page.outcome(send), Some(Outcome::Failed(SendError::Disconnected)));
    }

    #[test]
    fn gives_the_next_user_a_new_connection_without_the_queue_or_cursors() {
        let mut page = Page::assured(7);
        page.close(1006);
        page.send();
        let request = page.try_send(Kind::Request, 10).unwrap();
        page.handle(Event::UserChanged);
        assert_eq!(page.outcome(request), Some(Outcome::Failed(SendError::UserChanged)));
        assert_eq!(page.machine.cursors().count(), 0);
        page.open();
        page.welcome(0);
        assert!(page.sent.is_empty());
    }

    #[test]
    fn keeps_a_message_that_is_sent_after_it() {
        let mut page = Page::assured(0);
        page.handle(Event::UserChanged);
        let send = page.send();
        page.open();
        page.welcome(0);
        assert_eq!(page.sent, [send]);
    }
}

mod a_message_to_a_server_of_another_wire_that_acknowledges {
    use super::*;

    #[test]
    fn is_kept_until_it_is_acknowledged() {
        let mut page = Page::with_acks();
        let send = page.send();
        assert_eq!(page.sent, [send]);
        assert_eq!(page.outcome(send), None);
        page.acknowledge(send);
        assert_eq!(page.outcome(send), Some(Outcome::Delivered));
    }

    #[test]
    fn is_sent_again_in_order_on_the_next_connection() {
        let mut page = Page::with_acks();
        let sent = [page.send(), page.send()];
        page.close(1006);
        page.sent.clear();
        page.come_back();
        assert_eq!(page.sent, sent);
    }

    #[test]
    fn fails_when_the_connection_ends_if_the_server_would_store_it_again() {
        let mut page = Page::with(Config { protocol: 0, acks: true, resend: false, ..Config::default() });
        page.open();
        let sent = page.send();
        page.close(1006);
        let queued = page.send();
        assert_eq!(page.outcome(sent), Some(Outcome::Failed(SendError::Unanswered)));
        page.sent.clear();
        page.come_back();
        assert_eq!(page.sent, [queued]);
    }

    #[test]
    fn waits_while_thirty_two_others_are_unacknowledged() {
        let mut page = Page::with_acks();
        let all: Vec<_> = (0..40).map(|_| page.send()).collect();
        assert_eq!(page.sent, all[..32]);
        page.acknowledge(all[0]);
        assert_eq!(page.sent, all[..33]);
    }

    #[test]
    fn fails_when_the_server_rejects_it() {
        let mut page = Page::with_acks();
        let send = page.send();
        page.reject(send, None);
        assert_eq!(page.outcome(send), Some(Outcome::Rejected));
    }

    #[test]
    fn waits_with_the_later_ones_after_a_temporary_rejection() {
        let mut page = Page::with_acks();
        let sent = [page.send(), page.send()];
        page.sent.clear();
        page.reject(sent[0], Some(3_000));
        page.pass(2_999);
        assert!(page.sent.is_empty());
        page.pass(1);
        assert_eq!(page.sent, sent);
    }

    #[test]
    fn keeps_the_connection_open_without_a_listener() {
        let mut page = Page::with_acks();
        let send = page.send();
        page.machine.unsubscribe(page.now);
        page.pass(1_000);
        assert!(page.machine.status().is_connected);
        page.acknowledge(send);
        page.pass(1_000);
        assert_eq!(page.socket, None);
    }

    #[test]
    fn fails_after_three_connections_on_which_it_was_not_acknowledged_and_the_others_are_sent() {
        let mut page = Page::with_acks();
        let lost = page.send();
        for _ in 0..3 {
            assert_eq!(page.outcome(lost), None);
            page.time_until_given_up();
            page.come_back();
        }
        assert_eq!(page.outcome(lost), Some(Outcome::Failed(SendError::Unacknowledged)));
        assert_eq!(page.sent, [lost; 3]);
        let next = page.send();
        page.acknowledge(next);
        page.pass(600_000);
        assert_eq!(page.attempts, 4, "the connection stays");
    }

    #[test]
    fn is_not_counted_against_by_connections_that_the_network_ends() {
        let mut page = Page::with_acks();
        let send = page.send();
        for _ in 0..10 {
            page.pass(4_000);
            page.close(1006);
            page.come_back();
        }
        assert_eq!(page.outcome(send), None);
        page.acknowledge(send);
        assert_eq!(page.outcome(send), Some(Outcome::Delivered));
    }

    #[test]
    fn is_reported_as_unanswered_when_the_user_leaves() {
        let mut page = Page::with_acks();
        let send = page.send();
        page.handle(Event::Disconnect);
        assert_eq!(page.outcome(send), Some(Outcome::Failed(SendError::Unanswered)));
    }
}

mod a_message_that_must_not_wait {
    use super::*;

    const NOT_CONNECTED: Result<u32, SendError> = Err(SendError::NotConnected);

    /// Asserts that nothing was queued for a refused message.
    fn assert_refused(page: &mut Page) {
        let queued = page.machine.stats(page.now).queued;
        assert_eq!(page.try_send(Kind::Immediate, 10), NOT_CONNECTED);
        assert_eq!(page.machine.stats(page.now).queued, queued);
    }

    #[test]
    fn is_sent_at_once_on_an_open_connection() {
        let mut world = World::connected();
        let send = world.machine.send(world.now, Kind::Immediate, 10).unwrap();
        world.handle(Event::Alarm);
        assert_eq!(world.settled, [(send, Outcome::Sent)]);
    }

    #[test]
    fn is_delivered_when_the_server_acknowledges_it() {
        for mut page in [Page::assured(0), Page::with_acks()] {
            let send = page.try_send(Kind::Immediate, 10).unwrap();
            assert_eq!(page.outcome(send), None);
            page.acknowledge(send);
            assert_eq!(page.outcome(send), Some(Outcome::Delivered));
        }
    }

    #[test]
    fn is_refused_without_a_connection_and_opens_none() {
        let mut machine = Machine::new(Config::default(), 1);
        assert_eq!(machine.send(0, Kind::Immediate, 10), NOT_CONNECTED);
        assert_eq!(machine.poll_effect(), None);
        assert_eq!(machine.next_deadline(), None);
    }

    #[test]
    fn is_refused_while_the_layer_is_unknown_during_a_pause_and_outside_the_window() {
        let mut page = Page::new();
        page.open();
        assert_refused(&mut page);

        let mut page = Page::assured(0);
        let send = page.send();
        page.reject(send, Some(1_000));
        assert_refused(&mut page);

        let mut page = Page::with_acks();
        for _ in 0..32 {
            page.send();
        }
        assert_refused(&mut page);
    }

    #[test]
    fn fails_and_is_not_sent_again_when_the_connection_is_lost_before_its_acknowledgement() {
        for (mut page, is_layer_1) in [(Page::assured(0), true), (Page::with_acks(), false)] {
            let kept = page.send();
            let send = page.try_send(Kind::Immediate, 10).unwrap();
            page.close(1006);
            assert_eq!(page.outcome(send), Some(Outcome::Failed(SendError::Unanswered)));
            page.sent.clear();
            page.come_back();
            if is_layer_1 {
                page.welcome(0);
            }
            assert_eq!(page.sent, [kept]);
        }
    }

    #[test]
    fn fails_as_not_sent_when_the_socket_takes_no_more_frames() {
        let mut world = World::connected();
        world.socket_takes_no_more = true;
        let send = world.machine.send(world.now, Kind::Immediate, 10).unwrap();
        world.handle(Event::Alarm);
        assert_eq!(world.settled, [(send, Outcome::Failed(SendError::NotConnected))]);
    }

    #[test]
    fn fails_when_it_is_rejected_temporarily() {
        let mut page = Page::assured(0);
        let send = page.try_send(Kind::Immediate, 10).unwrap();
        page.reject(send, Some(1_000));
        assert_eq!(page.outcome(send), Some(Outcome::Rejected));
        page.pass(2_000);
        assert_eq!(page.sent, [send]);
    }

    #[test]
    fn is_not_sent_again_when_another_one_is_rejected_temporarily() {
        let mut page = Page::assured(0);
        let other = page.send();
        let send = page.try_send(Kind::Immediate, 10).unwrap();
        page.reject(other, Some(1_000));
        page.pass(1_000);
        assert_eq!(page.sent, [other, send, other]);
        page.acknowledge(send);
        assert_eq!(page.outcome(send), Some(Outcome::Delivered));
    }
}
