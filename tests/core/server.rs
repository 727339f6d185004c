//! Which layer the server speaks, and what that means for what waits to be sent, in virtual time.

use crate::world::page::Page;
use inbox_socket::core::{Config, Event, Kind, Millis, Outcome};

/// The server that never answered `hello` has said something.
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
    fn is_sent_messages_when_it_has_not_answered_hello_for_three_seconds() {
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
    fn is_replaced_as_long_as_it_says_nothing_with_growing_waits() {
        let mut page = Page::with(Config { max_attempts: u32::MAX, ..Config::default() });
        let mut lasted: Vec<Millis> = Vec::new();
        for _ in 0..8 {
            page.come_back();
            lasted.push(page.time_until_given_up());
        }
        assert_eq!(lasted, [8_000, 8_000, 8_000, 8_000, 13_000, 23_000, 43_000, 43_000]);
    }

    #[test]
    fn is_not_sent_the_same_message_on_every_connection_while_it_says_nothing() {
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
        assert_eq!(page.sent, [send; 5], "it has spoken");
    }

    #[test]
    fn gets_what_waited_when_it_turns_out_to_acknowledge() {
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
    fn is_replaced_at_once_when_somebody_looks_at_the_page_and_it_has_said_nothing() {
        for event in [Event::Online, Event::Visible, Event::Retry] {
            let mut page = Page::new();
            page.open();
            page.pass(4_000);
            page.handle(event);
            assert!(!page.machine.status().is_connected, "{event:?}");
        }
    }

    #[test]
    fn is_plain_as_soon_as_it_shows_it_and_messages_wait_no_longer() {
        for is_certain in [HINT, PROOF] {
            let mut page = Page::new();
            page.open();
            let send = page.send();
            assert!(prove_plain(&mut page, is_certain));
            assert_eq!(page.outcome(send), Some(Outcome::Sent));
        }
    }

    #[test]
    fn is_owed_an_answer_to_what_it_was_sent_before_its_late_welcome() {
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
    fn is_given_up_for_another_connection_when_it_does_not_answer_hello() {
        let mut page = Page::met();
        assert_eq!(page.time_until_given_up(), 5_000);
    }

    #[test]
    fn is_sent_nothing_before_its_welcome_which_may_be_another_users() {
        let mut page = Page::met();
        let message = page.send();
        let request = page.try_send(Kind::Request, 10).unwrap();
        assert!(page.sent.is_empty());
        page.welcome(0);
        assert_eq!(page.sent, [message, request]);
    }

    #[test]
    fn is_not_believed_to_have_become_plain_by_a_frame_that_may_be_a_mistake() {
        let mut page = Page::met();
        assert!(!prove_plain(&mut page, HINT));
        assert!(prove_plain(&mut page, PROOF));
    }

    #[test]
    fn has_become_plain_when_it_speaks_and_does_not_answer_hello_on_four_connections() {
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
    fn does_not_hear_it_a_third_time_and_gets_what_was_queued() {
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
    fn hears_it_again_when_hello_was_not_the_reason() {
        let mut page = closed(2, 1011);
        assert!(!page.said_hello());
        page.pass(100);
        page.close(1011);
        page.come_back();
        assert!(page.said_hello());
    }

    #[test]
    fn is_not_blamed_for_two_lost_connections_and_is_for_three() {
        assert!(closed(2, 1006).said_hello());
        assert!(!closed(3, 1006).said_hello());
    }

    #[test]
    fn hears_it_once_more_after_each_connection_that_lasted_where_the_others_were_lost() {
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
    fn does_so_in_a_row_and_a_connection_that_lasts_begins_a_new_one() {
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
    fn is_told_apart_from_one_that_has_answered_it_before() {
        let mut page = Page::met();
        for _ in 0..2 {
            page.pass(100);
            page.close(1011);
            page.come_back();
        }
        assert!(page.said_hello());
    }
}
