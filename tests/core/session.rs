//! A dead connection is detected soon, and a slow one is kept, in virtual time.

use crate::world::World;
use crate::world::page::Page;
use inbox_socket::core::{Config, Effect, Event, Verdict};

mod a_dead_connection {
    use super::*;

    #[test]
    fn is_given_up_five_seconds_after_the_first_unanswered_message() {
        let mut page = Page::assured(0);
        page.send();
        page.pass(4_000);
        page.send();
        assert_eq!(page.time_until_given_up(), 1_000);
    }

    #[test]
    fn is_pinged_after_half_of_the_time() {
        let mut page = Page::assured(0);
        page.send();
        page.pass(2_499);
        assert_eq!(page.ping(), None);
        page.pass(1);
        assert!(page.ping().is_some());
    }

    #[test]
    fn is_detected_even_if_other_users_messages_still_arrive() {
        let mut page = Page::assured(0);
        page.send();
        for seq in 1..=4 {
            page.pass(1_000);
            page.receive(seq);
        }
        assert_eq!(page.time_until_given_up(), 1_000);
    }

    #[test]
    fn is_detected_even_if_nothing_is_sent_after_one_acknowledgement() {
        let mut page = Page::assured(0);
        let sent: Vec<_> = (0..32).map(|_| page.send()).collect();
        page.pass(1_000);
        page.acknowledge(sent[0]);
        assert_eq!(page.time_until_given_up(), 5_000);
    }

    #[test]
    fn is_pinged_once_more_when_the_alarm_was_delayed() {
        let mut page = Page::assured(0);
        page.pass(25_000);
        assert!(page.ping().is_some());
        // The machine slept for a minute: the pong may have arrived meanwhile, and be read after this alarm.
        page.now += 60_000;
        page.handle(Event::Alarm);
        assert!(page.ping().is_some());
        assert!(page.machine.status().is_connected);
        assert_eq!(page.time_until_given_up(), 5_000);
    }
}

mod a_living_connection {
    use super::*;

    #[test]
    fn is_kept_while_it_replies_to_one_request_after_the_other() {
        let mut page = Page::assured(0);
        let sent: Vec<_> = (0..10).map(|_| page.send()).collect();
        for send in sent {
            page.pass(2_000);
            page.acknowledge(send);
        }
        page.pass(4_000);
        assert_eq!(page.attempts, 1);
    }

    #[test]
    fn is_kept_while_it_answers_pings_and_receives_the_message_again_after_half_a_minute() {
        let mut page = Page::assured(0);
        let send = page.send();
        for _ in 0..11 {
            page.pass(2_500);
            let id = page.ping().expect("half of the time has passed");
            page.pong(id, 0);
        }
        page.pass(2_500);
        assert_eq!(page.socket, None, "the acknowledgement is lost");
        page.come_back();
        page.welcome(0);
        assert_eq!(page.sent, [send; 2]);
    }
}

mod a_slow_link {
    use super::*;

    #[test]
    fn is_asked_for_smaller_batches_and_then_given_more_time() {
        let mut page = Page::assured(0);
        let mut asked = Vec::new();
        page.close(1006);
        for _ in 0..7 {
            page.come_back();
            page.effects();
            page.welcome(9);
            let (_, bytes) = page.sync().unwrap();
            asked.push((bytes >> 10, page.time_until_given_up() / 1_000));
        }
        let sizes = [(32, 5), (16, 5), (8, 5), (4, 5), (4, 10), (4, 20), (4, 40)];
        assert_eq!(asked, sizes);
    }

    #[test]
    fn is_asked_for_larger_batches_again_when_it_replies_quickly() {
        let mut page = Page::assured(0);
        page.send();
        page.time_until_given_up();
        page.come_back();
        page.welcome(9);
        let (id, bytes) = page.sync().unwrap();
        assert_eq!(bytes, 16 << 10);
        page.pass(100);
        page.synced(id, None, &[1], 9, true);
        assert_eq!(page.sync().unwrap().1, 32 << 10);
    }

    #[test]
    fn is_sent_only_as_many_messages_as_it_can_acknowledge_in_time() {
        let mut page = Page::assured(0);
        for _ in 0..5 {
            page.try_send(inbox_socket::core::Kind::Message, 10 << 10).unwrap();
        }
        assert_eq!(page.sent.len(), 3);
        page.acknowledge(page.sent[0]);
        assert_eq!(page.sent.len(), 4);
    }
}

mod a_plain_connection {
    use super::*;

    fn connected(protocol: u32) -> World {
        let mut world =
            World::with(Config { protocol, keepalive: Some(20_000), jitter: 0.0, ..Config::default() });
        world.subscribe();
        world
    }

    #[test]
    fn is_kept_alive_by_the_applications_frame() {
        let mut world = connected(0);
        world.open();
        world.pass(60_000);
        assert_eq!(world.kept_alive, 3);
        world.close(1006);
        world.pass(490);
        assert_eq!(world.kept_alive, 3);
    }

    #[test]
    fn is_the_only_kind_that_is_sent_keepalive_frames() {
        let mut page = Page::with(Config { keepalive: Some(1_000), ..Config::default() });
        page.open();
        page.welcome(0);
        page.pass(10_000);
        assert!(!page.effects().iter().any(|effect| matches!(effect, Effect::Keepalive(_))));
    }
}

mod a_server_of_another_wire_that_acknowledges {
    use super::*;

    #[test]
    fn is_given_more_time_after_each_connection_without_an_acknowledgement() {
        let mut page = Page::with_acks();
        let mut waited = Vec::new();
        for _ in 0..5 {
            page.send();
            waited.push(page.time_until_given_up());
            page.come_back();
        }
        assert_eq!(waited, [5_000, 10_000, 20_000, 40_000, 40_000]);
    }

    #[test]
    fn is_given_less_time_again_when_it_acknowledges_quickly() {
        let mut page = Page::with_acks();
        let send = page.send();
        page.time_until_given_up();
        page.come_back();
        page.pass(100);
        page.acknowledge(send);
        page.send();
        assert_eq!(page.time_until_given_up(), 5_000);
    }

    #[test]
    fn is_kept_while_it_acknowledges_one_message_after_the_other() {
        let mut page = Page::with_acks();
        let sent: Vec<_> = (0..30).map(|_| page.send()).collect();
        for send in sent {
            page.pass(4_000);
            page.acknowledge(send);
        }
        page.pass(600_000);
        assert_eq!(page.attempts, 1);
    }

    #[test]
    fn is_not_given_up_when_the_alarm_was_delayed() {
        let mut page = Page::with_acks();
        page.send();
        page.now += 60_000;
        page.handle(Event::Alarm);
        assert!(page.machine.status().is_connected);
        assert_eq!(page.time_until_given_up(), 5_000);
    }

    #[test]
    fn is_sent_neither_hello_nor_ping_but_keepalive_frames() {
        let mut page =
            Page::with(Config { protocol: 0, acks: true, keepalive: Some(20_000), ..Config::default() });
        page.open();
        page.pass(45_000);
        page.send();
        page.time_until_given_up();
        let effects = page.effects();
        let count = |wanted: fn(&Effect) -> bool| effects.iter().filter(|effect| wanted(effect)).count();
        assert_eq!(count(|effect| matches!(effect, Effect::Keepalive(_))), 2);
        assert_eq!(count(|effect| matches!(effect, Effect::Hello(_) | Effect::Ping { .. })), 0);
    }

    #[test]
    fn passes_on_messages_without_counting_them() {
        let mut page = Page::with_acks();
        for seq in [5, 5, 2] {
            assert_eq!(page.receive(seq), Verdict::Deliver);
        }
    }
}
