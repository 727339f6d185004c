use inbox_socket::tabs::{LineState, Role, TabEffect, What};

use crate::{OTHER, Solo, here, lost};

#[test]
fn a_tab_takes_part_when_its_machine_wants_a_connection() {
    let mut tab = inbox_socket::tabs::Tab::new(1);
    assert_eq!(tab.poll_effect(), None);
    tab.connect(0, 1);
    assert_eq!(tab.poll_effect(), Some(TabEffect::OpenChannel));
    assert_eq!(tab.poll_effect(), Some(TabEffect::Lock));
}

#[test]
fn the_holder_of_the_lock_opens_a_web_socket_and_says_that_it_leads() {
    let mut solo = Solo::seeking();
    solo.tab.granted(0, 0);
    let effects = solo.effects();
    assert!(effects.contains(&TabEffect::Dial(1)));
    assert!(effects.iter().any(|it| matches!(it, TabEffect::Say { to: None, what: What::Here { .. }, .. })));
}

#[test]
fn a_follower_whose_leader_says_goodbye_connects_again_at_once() {
    let mut solo = Solo::following();
    solo.hear(5, What::Bye);
    assert_eq!(lost(&solo.effects()), Some(1012));
    assert_eq!(solo.tab.role(), Role::Seeking);
}

#[test]
fn a_visible_follower_of_a_silent_leader_goes_alone_after_five_seconds() {
    let mut solo = Solo::following();
    solo.wait(4_999);
    assert_eq!(solo.tab.role(), Role::Following);
    solo.wait(1);
    assert_eq!(solo.tab.role(), Role::Alone);
    let effects = solo.effects();
    assert_eq!(lost(&effects), Some(1012));
    // A new request evicts a page from the back/forward cache that holds the lock.
    let unlock = effects.iter().position(|it| *it == TabEffect::Unlock);
    let lock = effects.iter().position(|it| *it == TabEffect::Lock);
    assert!(unlock.is_some() && unlock < lock, "{effects:?}");
}

#[test]
fn a_leader_that_replies_is_not_given_up() {
    let mut solo = Solo::following();
    for _ in 0..30 {
        solo.wait(2_000);
        assert!(solo.words().iter().any(|what| matches!(what, What::Who { .. })));
        solo.hear(5, here(1, LineState::Open));
    }
    assert_eq!(solo.tab.role(), Role::Following);
}

#[test]
fn a_hidden_follower_asks_nothing_until_it_sends() {
    let mut solo = Solo::seeking();
    solo.hear(5, here(1, LineState::Open));
    solo.hear(5, What::Opened { dial: 1, line: 1 });
    assert_eq!(solo.tab.next_deadline(), None);
    assert_eq!(solo.tab.speak_up(solo.now), Some(1));
    solo.wait(6_000);
    assert_eq!(solo.tab.role(), Role::Alone);
}

#[test]
fn an_alarm_that_is_late_gives_the_leader_time_to_reply() {
    let mut solo = Solo::following();
    solo.wait(2_000);
    solo.now = 60_000;
    solo.tab.alarm(60_000);
    assert_eq!(solo.tab.role(), Role::Following);
    solo.wait(3_000);
    assert_eq!(solo.tab.role(), Role::Alone);
}

#[test]
fn a_tab_that_is_alone_joins_a_leader_that_speaks_again_but_not_at_once() {
    let mut solo = Solo::following();
    solo.wait(5_000);
    solo.effects();
    solo.tab.connect(solo.now, 2);
    solo.hear(5, here(1, LineState::Open));
    assert_eq!(solo.tab.role(), Role::Alone);
    solo.wait(10_000);
    assert!(solo.words().iter().any(|what| matches!(what, What::Who { .. })));
    solo.hear(5, here(1, LineState::Open));
    assert_eq!(solo.tab.role(), Role::Following);
    assert_eq!(lost(&solo.effects()), Some(1012));
}

#[test]
fn a_leader_steps_down_at_the_word_of_a_later_one() {
    let mut solo = Solo::leading();
    solo.hear(solo.tab.epoch() + 1, here(1, LineState::Open));
    assert_eq!(solo.tab.role(), Role::Following);
    let effects = solo.effects();
    assert_eq!(lost(&effects), Some(1012));
    assert!(effects.contains(&TabEffect::Unlock) && effects.contains(&TabEffect::Lock));
}

#[test]
fn the_word_of_an_earlier_leader_is_ignored_and_answered() {
    let mut solo = Solo::leading();
    solo.hear(0, here(1, LineState::Open));
    assert_eq!(solo.tab.role(), Role::Leading);
    assert!(matches!(solo.effects()[..], [TabEffect::Say { to: Some(OTHER), what: What::Here { .. }, .. }]));
    let mut follower = Solo::following();
    assert!(!follower.hear(4, What::Down { line: 1 }));
    follower.hear(4, What::Closed { line: 1, code: 1012 });
    assert_eq!(lost(&follower.effects()), None);
}

#[test]
fn a_tab_that_freezes_releases_the_lock_says_goodbye_and_closes_the_channel() {
    let mut solo = Solo::leading();
    solo.tab.freeze(0);
    let effects = solo.effects();
    let said = effects.iter().position(|it| matches!(it, TabEffect::Say { what: What::Bye, .. }));
    let closed = effects.iter().position(|it| *it == TabEffect::CloseChannel);
    assert!(said.is_some() && said < closed, "{effects:?}");
    assert!(effects.contains(&TabEffect::Unlock));
    solo.tab.connect(1, 2);
    assert_eq!(solo.effects(), []);
    solo.tab.thaw(2);
    assert_eq!(solo.effects()[..2], [TabEffect::OpenChannel, TabEffect::Lock]);
}

#[test]
fn a_leader_whose_lock_is_taken_steps_down_and_asks_for_it_again() {
    let mut solo = Solo::leading();
    solo.tab.lock_lost(0);
    assert_eq!(solo.tab.role(), Role::Seeking);
    assert!(solo.effects().contains(&TabEffect::Lock));
}

#[test]
fn a_hidden_leaders_alarm_is_rung_by_a_visible_follower_when_it_is_due() {
    let mut solo = Solo::following();
    solo.hear(5, What::Here { line: 1, state: LineState::Open, due: Some(300) });
    solo.effects();
    solo.wait(300);
    assert!(solo.words().iter().any(|what| matches!(what, What::Who { .. })));
    let mut leader = Solo::leading();
    leader.hear(leader.tab.epoch(), What::Who { joins: None });
    assert!(leader.effects().contains(&TabEffect::Ring));
}

#[test]
fn a_leader_wakes_when_a_follower_says_that_the_browser_is_online() {
    let mut solo = Solo::following();
    solo.tab.online(0);
    assert!(solo.words().contains(&What::Nudge));
    let mut leader = Solo::leading();
    leader.hear(leader.tab.epoch(), What::Nudge);
    assert!(leader.effects().contains(&TabEffect::Wake));
}

#[test]
fn a_server_without_layer_1_makes_each_tab_open_a_web_socket() {
    let mut solo = Solo::seeking();
    solo.hear(5, here(1, LineState::Unshared));
    assert_eq!(solo.tab.role(), Role::Alone);
    assert!(solo.effects().contains(&TabEffect::Dial(1)));
    let mut leader = Solo::seeking();
    leader.tab.granted(0, 0);
    leader.words();
    leader.tab.unshared(0);
    assert!(leader.words().contains(&here(1, LineState::Unshared)));
}

#[test]
fn two_leaders_that_have_not_heard_of_each_other_have_different_reigns() {
    let mut other = inbox_socket::tabs::Tab::new(OTHER);
    other.connect(0, 1);
    other.granted(0, 7);
    let mut mine = inbox_socket::tabs::Tab::new(1);
    mine.connect(0, 1);
    mine.granted(0, 7);
    assert_ne!(mine.epoch(), other.epoch());
}

#[test]
fn a_tab_whose_machine_has_given_up_leaves_and_loses_nothing() {
    // It never had a socket: there was no address for it.
    let mut leader = Solo::seeking();
    leader.tab.granted(0, 0);
    leader.effects();
    for mut solo in [leader, Solo::following()] {
        solo.tab.rest(0);
        let effects = solo.effects();
        assert_eq!(lost(&effects), None);
        assert_eq!(solo.tab.role(), Role::Away);
        assert!(effects.contains(&TabEffect::Unlock));
        assert!(effects.iter().any(|it| matches!(it, TabEffect::Say { to: None, what: What::Bye, .. })));
    }
}
