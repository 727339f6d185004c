//! Missed messages are fetched, and unavailable ones are reported as gaps, in virtual time.

use crate::world::page::{Page, ROOM};
use inbox_socket::core::{DropReason, Effect, Gap, Verdict};

fn gap(after: u64, before: u64) -> Effect {
    Effect::Gap(Gap { conversation: ROOM, after, before })
}

/// A page with cursor 0 that holds message 5; its `sync` is in flight.
fn behind() -> (Page, u32) {
    let mut page = Page::assured(0);
    page.receive(5);
    page.pass(100);
    let (id, _) = page.sync().unwrap();
    (page, id)
}

fn cannot_read_the_reply(page: &mut Page) -> Option<(u32, u32)> {
    let socket = page.socket();
    page.machine.receive_unusable(page.now, socket, 2_000_000, DropReason::SyncTooLong);
    page.carry_out();
    page.sync()
}

#[test]
fn a_held_message_is_delivered_as_soon_as_the_missing_one_has_arrived() {
    let mut page = Page::assured(7);
    let Verdict::Hold(held) = page.receive(9) else { panic!("it is early") };
    page.effects();
    assert_eq!(page.receive(8), Verdict::Deliver);
    assert_eq!(page.effects(), [Effect::Deliver(held)]);
}

#[test]
fn missed_messages_are_requested_after_the_next_welcome() {
    let mut page = Page::met();
    assert_eq!(page.sync(), None);
    page.welcome(1);
    assert!(page.sync().is_some());
}

#[test]
fn a_missing_message_is_requested_unless_it_arrives_shortly() {
    let mut page = Page::assured(0);
    page.receive(2);
    page.receive(1);
    page.pass(1_000);
    assert_eq!(page.sync(), None);

    page.receive(4);
    page.pass(100);
    assert!(page.sync().is_some());
}

#[test]
fn a_batch_with_floors_only_is_followed_by_the_next_sync() {
    let (mut page, id) = behind();
    page.synced(id, Some(3), &[], 5, true);
    let (id, _) = page.sync().expect("a floor is progress");
    page.synced(id, None, &[4], 5, false);
    assert_eq!(page.machine.cursors().collect::<Vec<_>>(), [(ROOM, 5)]);
}

#[test]
fn a_sync_without_progress_is_not_repeated() {
    let (mut page, id) = behind();
    page.synced(id, None, &[], 5, true);
    assert_eq!(page.sync(), None);
}

#[test]
fn a_reply_that_is_too_long_is_requested_in_the_smallest_batches() {
    let (mut page, _) = behind();
    let (_, bytes) = cannot_read_the_reply(&mut page).unwrap();
    assert_eq!(bytes, 1_024);
    assert_eq!(page.machine.sync_cursors().count(), 1);
}

#[test]
fn a_message_that_is_too_long_is_reported_as_a_gap_and_the_rest_is_delivered() {
    let (mut page, _) = behind();
    cannot_read_the_reply(&mut page);
    let socket = page.socket();
    page.machine.receive_unusable(page.now, socket, 2_000_000, DropReason::SyncTooLong);
    page.carry_out();
    let effects = page.effects();
    assert!(effects.contains(&gap(0, 2)), "{effects:?}");
    let id = effects.iter().find_map(|effect| match effect {
        Effect::Sync { id, .. } => Some(*id),
        _ => None,
    });
    page.synced(id.unwrap(), None, &[2, 3, 4], 5, false);
    assert!(page.effects().iter().any(|effect| matches!(effect, Effect::Deliver(_))), "5 was held");
    page.receive(8);
    page.pass(100);
    assert_eq!(page.sync().unwrap().1, 32 << 10, "nothing is missing now");
}

#[test]
fn a_long_frame_that_is_not_a_reply_is_only_dropped() {
    let (mut page, _) = behind();
    let socket = page.socket();
    page.machine.receive_unusable(page.now, socket, 2_000_000, DropReason::TooLong);
    page.carry_out();
    assert_eq!(page.sync(), None);
}

#[test]
fn messages_before_the_first_welcome_are_delivered_or_fetched_even_if_not_all_can_be_held() {
    let mut page = Page::new();
    page.open();
    for seq in 1..=256 {
        assert!(matches!(
            page.machine.receive(page.socket(), Some(4), Some(seq), 10, true),
            Verdict::Hold(_)
        ));
    }
    for seq in 41..=43 {
        assert_eq!(page.receive(seq), Verdict::Drop);
    }
    page.machine.welcomed(page.now, page.socket(), None, &[(4, 256), (ROOM, 43)]);
    page.carry_out();
    assert!(page.sync().is_some());
    assert_eq!(page.machine.sync_cursors().collect::<Vec<_>>(), [(ROOM, 40)]);
}

#[test]
fn a_gap_is_reported_under_the_slot_that_was_named_last() {
    let mut page = Page::assured(3);
    let text = ROOM + 1;
    page.receive(9);
    page.pass(100);
    let (id, _) = page.sync().unwrap();
    page.machine.begin_synced(page.now, page.socket(), id, &[(text, 7)]);
    page.carry_out();
    assert!(page.effects().contains(&Effect::Gap(Gap { conversation: text, after: 3, before: 8 })));
}
