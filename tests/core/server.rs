//! The client detects the server's layer, and sends waiting messages accordingly, in virtual time.

use crate::world::page::Page;
use inbox_socket::core::{Config, Event, Kind, Millis, Outcome};

/// A frame that counts only if the server has never answered `hello`.
const HINT: bool = false;
const PROOF: bool = true;

fn prove_plain(page: &mut Page, is_certain: bool) -> bool {
    let socket = page.socket();
    let is_news = page.machine.hello_ignored(page.now, socket, is_certain);
    page.carry_out();
    is_news
}

mod a_server_that_was_never_met {
    use super::*;

    #[test]
    fn is_sent_requests_at_once_and_messages_after_its_welcome() {
        let mut page = Page::new();
        page.open();
        let message = page.send();
        let request = page.try_send(Kind::Request, 10).unwrap();
        assert_eq!(page.sent, [request]);
        page.welcome(0);
        assert_eq!(page.sent, [request, message]);
    }

    #[test]
    fn is_sent_messages_three_seconds_after_an_unanswered_hello() {
        let mut page = Page::new();
        page.open();
        let send = page.send();
        page.pass(2_999);
        assert!(page.sent.is_empty());
        page.pass(1);
        assert_eq!(page.sent, [send]);
        assert_eq!(page.outcome(send), None, "it may still acknowledge");
    }

    #[test]
    fn is_reconnected_to_while_it_is_silent_with_growing_waits() {
        let mut page = Page::with(Config { max_attempts: u32::MAX, ..Config::default() });
        let mut lasted: Vec<Millis> = Vec::new();
        for _ in 0..8 {
            page.come_back();
            lasted.push(page.time_until_given_up());
        }
        assert_eq!(lasted, [8_000, 8_000, 8_000, 8_000, 13_000, 23_000, 43_000, 43_000]);
    }

    #[test]
    fn is_not_sent_the_same_message_on_every_connection_while_it_is_silent() {
        let mut page = Page::with(Config { max_attempts: u32::MAX, ..Config::default() });
        let send = page.send();
        for _ in 0..12 {
            page.come_back();
            page.time_until_given_up();
        }
        assert_eq!(page.sent, [send; 4]);
        page.come_back();
        page.pass(5_000);
        assert_eq!(page.sent, [send; 4]);
        page.hear();
        assert_eq!(page.sent, [send; 5], "it has sent a frame");
    }

    #[test]
    fn receives_waiting_messages_when_it_turns_out_to_acknowledge() {
        let mut page = Page::with(Config { max_attempts: u32::MAX, ..Config::default() });
        let send = page.send();
        for _ in 0..6 {
            page.come_back();
            page.time_until_given_up();
        }
        page.come_back();
        page.sent.clear();
        page.welcome(0);
        assert_eq!(page.sent, [send]);
        page.acknowledge(send);
        assert_eq!(page.outcome(send), Some(Outcome::Delivered));
    }

    #[test]
    fn is_reconnected_to_at_once_when_the_user_returns_and_it_has_been_silent() {
        for event in [Event::Online, Event::Visible, Event::Retry] {
            let mut page = Page::new();
            page.open();
            page.pass(4_000);
            page.handle(event);
            assert!(!page.machine.status().is_connected, "{event:?}");
        }
    }

    #[test]
    fn is_treated_as_layer_0_as_soon_as_it_shows_that_and_messages_no_longer_wait() {
        for is_certain in [HINT, PROOF] {
            let mut page = Page::new();
            page.open();
            let send = page.send();
            assert!(prove_plain(&mut page, is_certain));
            assert_eq!(page.outcome(send), Some(Outcome::Sent));
        }
    }

    #[test]
    fn must_acknowledge_in_time_messages_sent_before_its_late_welcome() {
        let mut page = Page::new();
        page.open();
        page.send();
        page.pass(4_000);
        page.welcome(0);
        assert_eq!(page.time_until_given_up(), 5_000);
    }
}

mod a_server_that_was_met {
    use super::*;

    #[test]
    fn is_reconnected_to_when_it_does_not_answer_hello() {
        let mut page = Page::met();
        assert_eq!(page.time_until_given_up(), 5_000);
    }

    #[test]
    fn is_sent_nothing_before_its_welcome_because_that_may_name_another_user() {
        let mut page = Page::met();
        let message = page.send();
        let request = page.try_send(Kind::Request, 10).unwrap();
        assert!(page.sent.is_empty());
        page.welcome(0);
        assert_eq!(page.sent, [message, request]);
    }

    #[test]
    fn is_not_treated_as_layer_0_because_of_a_frame_that_may_be_a_mistake() {
        let mut page = Page::met();
        assert!(!prove_plain(&mut page, HINT));
        assert!(prove_plain(&mut page, PROOF));
    }

    #[test]
    fn is_treated_as_layer_0_when_it_sends_frames_but_no_welcome_on_four_connections() {
        let mut page = Page::met();
        let send = page.send();
        for _ in 0..3 {
            page.hear();
            page.time_until_given_up();
            page.come_back();
        }
        page.hear();
        page.pass(15_000);
        assert_eq!(page.outcome(send), Some(Outcome::Sent));
        page.pass(600_000);
        assert_eq!(page.attempts, 5, "the connection stays");
    }
}

mod a_server_that_closes_on_hello {
    use super::*;

    fn closed(times: u32, code: u16) -> Page {
        let mut page = Page::new();
        for _ in 0..times {
            page.come_back();
            assert!(page.said_hello());
            page.pass(100);
            page.close(code);
        }
        page.come_back();
        page
    }

    #[test]
    fn does_not_receive_hello_a_third_time_but_receives_queued_messages() {
        let mut page = Page::new();
        let send = page.send();
        for _ in 0..2 {
            page.come_back();
            page.pass(100);
            page.close(1011);
        }
        page.effects();
        page.come_back();
        assert!(!page.said_hello());
        assert_eq!(page.outcome(send), Some(Outcome::Sent));
        page.pass(60_000);
        page.close(1011);
        page.come_back();
        assert!(!page.said_hello(), "this is remembered");
    }

    #[test]
    fn receives_hello_again_when_it_was_not_the_cause() {
        let mut page = closed(2, 1011);
        assert!(!page.said_hello());
        page.pass(100);
        page.close(1011);
        page.come_back();
        assert!(page.said_hello());
    }

    #[test]
    fn still_receives_hello_after_two_lost_connections_but_not_after_three() {
        assert!(closed(2, 1006).said_hello());
        assert!(!closed(3, 1006).said_hello());
    }

    #[test]
    fn receives_hello_once_more_after_each_connection_that_lasted_if_the_others_were_lost() {
        let mut page = closed(3, 1006);
        for _ in 0..3 {
            assert!(!page.said_hello());
            page.pass(60_000);
            page.close(1006);
            page.come_back();
            assert!(page.said_hello());
            page.pass(100);
            page.close(1006);
            page.come_back();
        }
    }

    #[test]
    fn must_do_so_twice_in_a_row_without_a_connection_that_lasts_in_between() {
        let mut page = closed(1, 1011);
        page.time_until_given_up();
        page.come_back();
        page.pass(100);
        page.close(1011);
        page.effects();
        page.come_back();
        assert!(page.said_hello());
    }

    #[test]
    fn still_receives_hello_if_it_has_answered_it_before() {
        let mut page = Page::met();
        for _ in 0..2 {
            page.pass(100);
            page.close(1011);
            page.come_back();
        }
        assert!(page.said_hello());
    }
}
