use inbox_socket::tabs::{ItemKind, LineState, TabEffect, What};

use crate::{ME, OTHER, Solo, here, lost};

#[test]
fn a_follower_joins_a_line_that_is_open() {
    let mut solo = Solo::leading();
    solo.hear(solo.tab.epoch(), What::Who { joins: Some(9) });
    assert!(solo.words().contains(&What::Opened { dial: 9, line: 1 }));
    assert_eq!(solo.tab.heads().collect::<Vec<_>>(), [(0, 3), (1, 4)]);
}

#[test]
fn heads_are_raised_by_messages_and_replies_and_forget_conversations_that_the_user_has_left() {
    let mut solo = Solo::leading();
    solo.tab.pushed(0, 5);
    solo.tab.pushed(0, 4);
    solo.tab.pushed(7, 1);
    assert_eq!(solo.tab.heads().collect::<Vec<_>>(), [(0, 5), (1, 4), (7, 1)]);
    solo.tab.set_heads(&[(0, 4), (7, 2)]);
    assert_eq!(solo.tab.heads().collect::<Vec<_>>(), [(0, 5), (7, 2)]);
}

#[test]
fn a_followers_ping_is_answered_from_the_heads_while_the_line_owes_nothing() {
    let mut solo = Solo::leading();
    solo.tab.ask_server(0, OTHER, 1, ItemKind::Ping, 20);
    assert_eq!(solo.effects(), [TabEffect::Pong { item: 1, total: 7 }]);
}

#[test]
fn a_followers_ping_waits_for_the_server_while_a_reply_is_due() {
    let mut solo = Solo::leading();
    solo.tab.ask_server(0, OTHER, 1, ItemKind::Message, 20);
    solo.tab.ask_server(0, OTHER, 2, ItemKind::Ping, 20);
    assert_eq!(solo.effects(), [TabEffect::Forward(1)]);
    assert_eq!(solo.tab.answered(9, 1), Some(OTHER));
    assert!(solo.effects().contains(&TabEffect::Pong { item: 2, total: 7 }));
}

#[test]
fn a_line_that_leaves_a_followers_message_unanswered_for_five_seconds_is_given_up() {
    let mut solo = Solo::leading();
    solo.tab.ask_server(0, OTHER, 1, ItemKind::Message, 20);
    solo.effects();
    solo.wait(2_500);
    assert!(solo.effects().contains(&TabEffect::Ping));
    solo.wait(2_499);
    assert_eq!(lost(&solo.effects()), None);
    solo.wait(1);
    let effects = solo.effects();
    assert_eq!(lost(&effects), Some(1006));
    let closed = |it: &TabEffect| matches!(it, TabEffect::Say { to: None, what: What::Closed { .. }, .. });
    assert!(effects.iter().any(closed));
}

#[test]
fn a_server_that_replies_to_the_ping_is_not_given_up() {
    let mut solo = Solo::leading();
    solo.tab.ask_server(0, OTHER, 1, ItemKind::Message, 20);
    for _ in 0..10 {
        solo.wait(3_000);
        solo.tab.answered(solo.now, 0);
    }
    assert_eq!(lost(&solo.effects()), None);
}

#[test]
fn one_sync_is_sent_at_a_time_and_its_reply_is_for_the_tab_that_asked() {
    let mut solo = Solo::leading();
    solo.tab.ask_server(0, OTHER, 1, ItemKind::Sync, 20);
    solo.tab.ask_server(0, ME, 2, ItemKind::Sync, 20);
    assert_eq!(solo.effects(), [TabEffect::Forward(1)]);
    assert_eq!(solo.tab.answered(1, 1), Some(OTHER));
    assert!(solo.effects().contains(&TabEffect::Forward(2)));
    assert_eq!(solo.tab.answered(2, 2), Some(ME));
    assert_eq!(solo.tab.answered(3, 2), None);
}

#[test]
fn requests_for_the_history_do_not_wait_for_each_other() {
    let mut solo = Solo::leading();
    solo.tab.ask_server(0, OTHER, 1, ItemKind::History, 20);
    solo.tab.ask_server(0, ME, 2, ItemKind::History, 20);
    assert_eq!(solo.effects(), [TabEffect::Forward(1), TabEffect::Forward(2)]);
    assert_eq!(solo.tab.answered(1, 2), Some(ME));
    assert_eq!(solo.tab.answered(2, 1), Some(OTHER));
}

#[test]
fn a_sync_that_is_never_answered_blocks_the_next_one_for_thirty_seconds() {
    let mut solo = Solo::leading();
    solo.tab.ask_server(0, ME, 1, ItemKind::Sync, 20);
    solo.tab.ask_server(0, ME, 2, ItemKind::Sync, 20);
    solo.effects();
    solo.wait(29_999);
    assert!(!solo.effects().contains(&TabEffect::Forward(2)));
    solo.wait(1);
    assert!(solo.effects().contains(&TabEffect::Forward(2)));
}

#[test]
fn a_line_that_closes_takes_its_relays_along() {
    let mut solo = Solo::leading();
    assert_eq!(solo.tab.line_closed(0, 1006), 1006);
    assert!(solo.words().contains(&What::Closed { line: 1, code: 1012 }));
    let mut follower = Solo::following();
    follower.hear(5, What::Closed { line: 1, code: 1012 });
    assert_eq!(lost(&follower.effects()), Some(1012));
}

#[test]
fn a_follower_that_missed_the_end_of_its_line_learns_of_it_from_the_next_word() {
    let mut follower = Solo::following();
    follower.hear(5, here(2, LineState::Open));
    assert_eq!(lost(&follower.effects()), Some(1012));
    let mut leader = Solo::leading();
    assert!(!leader.hear(leader.tab.epoch(), What::Up { line: 7 }));
    assert!(leader.words().contains(&here(1, LineState::Open)));
}

#[test]
fn only_the_tab_with_the_longest_message_is_told_that_one_was_too_long() {
    let mut solo = Solo::leading();
    solo.tab.ask_server(0, ME, 1, ItemKind::Message, 20);
    solo.tab.ask_server(0, OTHER, 2, ItemKind::Message, 90_000);
    assert_eq!(solo.tab.line_closed(0, 1009), 1006);
    assert!(solo.words().contains(&What::Closed { line: 1, code: 1009 }));
}

#[test]
fn a_server_that_ends_or_refuses_the_connection_does_so_for_all_tabs() {
    for code in [1000, 4403] {
        let mut solo = Solo::leading();
        assert_eq!(solo.tab.line_closed(0, code), code);
        assert!(solo.words().contains(&What::Closed { line: 1, code }));
    }
}

#[test]
fn a_tab_that_is_alone_passes_nothing_on() {
    let mut solo = Solo::following();
    solo.wait(5_000);
    solo.tab.connect(solo.now, 2);
    solo.tab.welcomed(solo.now, &[(0, 3)]);
    assert_eq!(solo.tab.line(), None);
    assert!(!solo.words().iter().any(|what| matches!(what, What::Here { .. })));
}
