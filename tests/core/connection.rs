//! The states of the connection and every transition between them, in virtual time.

use crate::world::World;
use inbox_socket::core::{Config, ConnectionError, Event, Status, Verdict};

const LOST: &str = "Connection lost - reconnecting in background...";
const UNREACHABLE: &str = "Connection error - retrying in background...";
const GAVE_UP: &str = "Unable to connect. Please check your connection and refresh.";

fn given_up() -> World {
    let mut world = World::new();
    world.subscribe();
    world.fail_until_given_up();
    assert_eq!(world.error(), Some(GAVE_UP));
    world
}

mod state_table {
    use super::*;

    #[test]
    fn idle_shows_nothing() {
        let world = World::new();
        assert_eq!(world.status(), Status::default());
        assert_eq!(world.machine.next_deadline(), None);
        assert!(world.opened.is_empty());
    }

    #[test]
    fn the_first_attempt_shows_connecting_without_an_error() {
        let mut world = World::new();
        world.subscribe();
        assert_eq!(world.status(), Status { is_connecting: true, ..Status::default() });
    }

    #[test]
    fn an_open_connection_shows_connected() {
        let world = World::connected();
        assert_eq!(world.status(), Status { is_connected: true, ..Status::default() });
    }

    #[test]
    fn waiting_after_a_lost_connection_shows_that_it_was_lost() {
        let mut world = World::connected();
        world.close(1006);
        let status = world.status();
        assert!(!status.is_connected && !status.is_connecting);
        assert_eq!(world.error(), Some(LOST));
    }

    #[test]
    fn waiting_before_the_first_connection_shows_that_the_server_is_unreachable() {
        let mut world = World::new();
        world.subscribe();
        world.close(1006);
        let status = world.status();
        assert!(!status.is_connected && !status.is_connecting);
        assert_eq!(world.error(), Some(UNREACHABLE));
    }

    #[test]
    fn reconnecting_keeps_the_text_until_the_connection_opens() {
        let mut world = World::connected();
        world.close(1006);
        world.pass_to_deadline();
        assert!(world.status().is_connecting);
        assert_eq!(world.error(), Some(LOST));
        assert_eq!(world.status().reconnect_attempts, 1);
        world.open();
        assert_eq!(world.status(), Status { is_connected: true, ..Status::default() });
    }

    #[test]
    fn giving_up_shows_it_and_sets_no_deadline() {
        let world = given_up();
        let status = world.status();
        assert!(!status.is_connected && !status.is_connecting);
        assert_eq!(status.reconnect_attempts, 10);
        assert_eq!(world.machine.next_deadline(), None);
    }
}

mod reconnection {
    use super::*;

    #[test]
    fn the_default_waits_lead_to_ten_attempts() {
        let mut world = World::connected();
        world.pass(60_000);
        let mut waits = Vec::new();
        world.close(1006);
        while world.machine.next_deadline().is_some() {
            waits.push(world.pass_to_deadline());
            world.close(1006);
        }
        let rest = 30_000;
        assert_eq!(waits, [500, 2_000, 5_000, 10_000, rest, rest, rest, rest, rest, rest]);
        assert_eq!(world.error(), Some(GAVE_UP));
    }

    #[test]
    fn a_hanging_attempt_is_dropped_after_five_seconds() {
        let mut world = World::new();
        world.subscribe();
        assert_eq!(world.pass_to_deadline(), 5_000);
        assert_eq!(world.socket, None);
        assert_eq!(world.error(), Some(UNREACHABLE));
        world.pass(500);
        assert_eq!(world.opened.len(), 2);
    }

    #[test]
    fn a_server_that_accepts_and_drops_at_once_is_not_hammered() {
        let mut world = World::connected();
        let mut waits = Vec::new();
        for _ in 0..4 {
            world.close(1006);
            waits.push(world.pass_to_deadline());
            world.open();
            world.pass(100);
        }
        assert_eq!(waits, [500, 2_000, 5_000, 10_000]);
    }

    #[test]
    fn a_stable_connection_resets_the_backoff() {
        let mut world = World::connected();
        world.close(1006);
        world.pass_to_deadline();
        world.close(1006);
        world.pass_to_deadline();
        world.open();
        world.pass(5_000);
        world.close(1006);
        assert_eq!(world.pass_to_deadline(), 500);
    }

    #[test]
    fn events_of_a_dropped_socket_do_nothing() {
        let mut world = World::connected();
        let old = world.socket.unwrap();
        world.close(1006);
        world.pass_to_deadline();
        world.open();
        let before = world.status();
        world.handle(Event::Closed { socket: old, code: 4403, retry_after: None });
        world.handle(Event::Opened { socket: old });
        assert_eq!(world.status(), before);
        assert_eq!(world.machine.stats(world.now).handshakes, 2);
        assert_eq!(world.machine.receive(old, Some(1), None, 10, true), Verdict::Drop);
    }

    #[test]
    fn an_early_or_needless_alarm_is_harmless() {
        let mut world = World::connected();
        world.close(1006);
        let deadline = world.machine.next_deadline();
        world.now += 499;
        world.handle(Event::Alarm);
        world.handle(Event::Alarm);
        assert_eq!(world.machine.next_deadline(), deadline);
        assert_eq!(world.opened.len(), 1);
    }

    #[test]
    fn a_clock_that_jumps_back_does_not_move_a_deadline() {
        let mut world = World::connected();
        world.close(1006);
        let deadline = world.machine.next_deadline();
        world.now -= 900;
        world.handle(Event::Alarm);
        assert_eq!(world.machine.next_deadline(), deadline);
    }

    #[test]
    fn with_no_attempts_allowed_the_first_loss_gives_up() {
        for code in [1006, 1012] {
            let mut world = World::with(Config { max_attempts: 0, protocol: 0, ..Config::default() });
            world.subscribe();
            world.open();
            world.close(code);
            assert_eq!(world.error(), Some(GAVE_UP));
            assert_eq!(world.machine.next_deadline(), None);
        }
    }
}

mod asking_again {
    use super::*;

    #[test]
    fn page_events_and_the_user_end_a_wait() {
        for event in [Event::Online, Event::Visible, Event::Retry] {
            let mut world = World::connected();
            world.close(1006);
            world.handle(event);
            assert!(world.status().is_connecting, "{event:?}");
            world.pass(500);
            assert_eq!(world.opened.len(), 2, "{event:?}: the old wait has no second effect");
        }
    }

    #[test]
    fn page_events_and_the_user_connect_again_after_giving_up() {
        for event in [Event::Online, Event::Visible, Event::Retry] {
            let mut world = given_up();
            world.handle(event);
            assert!(world.status().is_connecting, "{event:?}");
            world.close(1006);
            assert_eq!(world.pass_to_deadline(), 2_000, "{event:?}: the waits start over");
        }
    }

    #[test]
    fn a_message_connects_again_after_giving_up_but_does_not_end_a_wait() {
        let mut world = given_up();
        world.send();
        assert!(world.status().is_connecting);

        let mut world = World::connected();
        world.close(1006);
        world.send();
        assert!(!world.status().is_connecting);
    }

    #[test]
    fn a_new_first_listener_ends_a_wait_and_a_second_one_does_not() {
        let mut world = World::new();
        world.subscribe();
        world.close(1006);
        world.subscribe();
        assert!(!world.status().is_connecting);

        let mut world = World::new();
        world.subscribe();
        world.close(1006);
        world.unsubscribe();
        world.subscribe();
        assert!(world.status().is_connecting);
    }

    #[test]
    fn retry_drops_a_hanging_attempt_and_starts_another() {
        let mut world = World::new();
        world.subscribe();
        world.pass(3_000);
        world.handle(Event::Retry);
        assert_eq!(world.opened.len(), 2);
        assert_eq!(world.socket, Some(world.opened[1]));
        assert_eq!(world.pass_to_deadline(), 5_000, "the new attempt has its whole time");
    }

    #[test]
    fn retry_leaves_an_open_connection_and_an_idle_page_alone() {
        let mut world = World::connected();
        world.handle(Event::Retry);
        assert_eq!(world.opened.len(), 1);
        assert!(world.status().is_connected);

        let mut world = World::new();
        world.handle(Event::Retry);
        assert!(world.opened.is_empty());
    }

    #[test]
    fn page_events_do_not_restart_an_attempt_in_progress() {
        let mut world = World::new();
        world.subscribe();
        world.handle(Event::Online);
        world.handle(Event::Visible);
        assert_eq!(world.opened.len(), 1);
    }
}

mod close_codes {
    use super::*;

    #[test]
    fn a_normal_close_stops_reconnecting_until_retry() {
        let mut world = World::connected();
        world.close(1000);
        assert_eq!(world.status(), Status::default());
        world.handle(Event::Online);
        world.handle(Event::Visible);
        world.pass(600_000);
        assert_eq!(world.opened.len(), 1);
        world.handle(Event::Retry);
        assert_eq!(world.status(), Status { is_connecting: true, ..Status::default() });
    }

    #[test]
    fn an_expired_session_is_given_one_fresh_address_and_then_stops() {
        let mut world = World::connected();
        world.close(4401);
        assert_eq!(world.opened.len(), 2, "at once");
        assert_eq!(world.error(), None, "no error yet");
        world.open();
        world.close(4401);
        assert_eq!(world.status().error, Some(ConnectionError::SessionExpired));
        assert_eq!(world.error(), Some("Your session has expired. Please sign in again."));
        world.handle(Event::Online);
        world.pass(600_000);
        assert_eq!(world.opened.len(), 2);
        world.handle(Event::Retry);
        assert!(world.status().is_connecting);
    }

    #[test]
    fn a_session_that_expires_again_much_later_is_given_a_fresh_address_again() {
        let mut world = World::connected();
        world.close(4401);
        world.open();
        world.pass(60_000);
        world.close(4401);
        assert!(world.status().is_connecting);
        assert_eq!(world.opened.len(), 3);
    }

    #[test]
    fn credentials_that_are_refused_every_few_seconds_have_expired() {
        let mut world = World::connected();
        world.close(4401);
        world.open();
        world.pass(6_000);
        world.close(4401);
        assert_eq!(world.status().error, Some(ConnectionError::SessionExpired));
    }

    #[test]
    fn a_4403_stops_the_attempts() {
        let mut world = World::connected();
        world.close(4403);
        assert_eq!(world.status().error, Some(ConnectionError::Forbidden));
        world.handle(Event::Visible);
        world.pass(600_000);
        assert_eq!(world.opened.len(), 1);
        assert_eq!(world.machine.next_deadline(), None);
    }

    #[test]
    fn clients_return_to_a_restarting_server_within_its_hint() {
        for code in [1001, 1012, 1013] {
            let mut world = World::connected();
            world.close_with_hint(code, Some(20_000));
            assert_eq!(world.error(), Some(LOST));
            let wait = world.pass_to_deadline();
            assert!(wait <= 20_000 && wait != 500, "{code}: {wait} ms");
        }
    }

    #[test]
    fn after_the_spread_wait_the_usual_ones_follow() {
        let mut world = World::connected();
        world.close(1012);
        world.pass_to_deadline();
        world.close(1012);
        assert_eq!(world.pass_to_deadline(), 2_000);
    }
}

mod lifecycle {
    use super::*;

    #[test]
    fn the_connection_opens_with_the_first_listener_and_closes_after_the_last() {
        let mut world = World::new();
        assert!(world.opened.is_empty(), "no conversations open");

        world.subscribe();
        world.open();
        assert!(world.status().is_connected, "the first conversation connects");

        world.subscribe();
        assert_eq!(world.opened.len(), 1, "the second one needs no new connection");

        world.unsubscribe();
        world.pass(10_000);
        assert!(world.status().is_connected, "one left: the connection is kept");

        world.unsubscribe();
        world.pass(250);
        assert_eq!(world.socket, None, "none left: closed");
        assert_eq!(world.status(), Status::default());
        assert_eq!(world.machine.next_deadline(), None);
    }

    #[test]
    fn a_remount_within_the_linger_keeps_the_connection() {
        let mut world = World::new();
        world.subscribe();
        world.open();
        world.unsubscribe();
        world.pass(249);
        world.subscribe();
        world.pass(10_000);
        assert_eq!(world.opened.len(), 1);
        assert!(world.status().is_connected);
    }

    #[test]
    fn when_the_last_listener_leaves_attempts_and_waits_end_too() {
        for fail_first in [false, true] {
            let mut world = World::new();
            world.subscribe();
            if fail_first {
                world.close(1006);
            }
            world.unsubscribe();
            world.pass(250);
            assert_eq!(world.socket, None);
            assert_eq!(world.machine.next_deadline(), None);
            assert_eq!(world.status(), Status::default());
        }
    }

    #[test]
    fn an_ended_connection_stays_ended_while_the_page_is_hidden_and_when_it_is_shown() {
        for (event, error) in [
            (Some(Event::Disconnect), None),
            (None, Some("This connection is not allowed. Please contact support.")),
        ] {
            let mut world = World::connected();
            match event {
                Some(event) => world.handle(event),
                None => world.close(4403),
            }
            world.handle(Event::PageHidden);
            world.pass(60_000);
            world.handle(Event::PageShown);
            world.handle(Event::Visible);
            assert_eq!((world.opened.len(), world.error()), (1, error));
        }
    }

    #[test]
    fn disconnect_closes_at_once_and_stays_closed_until_asked() {
        let mut world = World::connected();
        world.handle(Event::Disconnect);
        assert_eq!(world.socket, None);
        assert_eq!(world.status(), Status::default());
        world.handle(Event::Online);
        world.pass(60_000);
        assert_eq!(world.opened.len(), 1);
        world.handle(Event::Retry);
        assert!(world.status().is_connecting);
    }

    #[test]
    fn a_hidden_page_closes_its_connection_and_reconnects_when_it_is_shown() {
        let mut world = World::connected();
        world.handle(Event::PageHidden);
        assert_eq!(world.socket, None);
        world.pass(60_000);
        assert_eq!(world.opened.len(), 1);
        world.handle(Event::PageShown);
        assert_eq!(world.status(), Status { is_connecting: true, ..Status::default() });
    }

    #[test]
    fn a_status_is_announced_once_for_each_change_and_after_it_is_in_force() {
        let mut world = World::connected();
        world.handle(Event::Online);
        world.close(1006);
        world.pass_to_deadline();
        world.open();
        let seen: Vec<_> = world.announced.iter().map(|s| (s.is_connecting, s.is_connected)).collect();
        assert_eq!(seen, [(true, false), (false, true), (false, false), (true, false), (false, true)]);
    }
}
