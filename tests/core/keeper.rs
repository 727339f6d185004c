//! A page with `persist` sends nothing before the storage has it, and nothing of the storage is lost or reordered.

use inbox_socket::core::keeper::{
    Keeper, KeeperEffect, Keeping, KeptId, PATIENCE, REMEMBERED, REOPENINGS, Record, Settlement,
};

/// A keeper whose storage is open, and which has restored everything.
fn ready() -> Keeper {
    let mut keeper = Keeper::new(0, 100);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Open]);
    keeper.opened(0);
    keeper.restored(0, true);
    keeper
}

fn effects(keeper: &mut Keeper) -> Vec<KeeperEffect> {
    std::iter::from_fn(|| keeper.poll_effect()).collect()
}

fn accept(keeper: &mut Keeper, now: u64) -> KeptId {
    keeper.accept(now, Keeping::Kept).unwrap()
}

fn record(origin: u32, number: u64) -> Record {
    Record { origin, number, age: 5_000, has_failed: false }
}

fn releases(keeper: &mut Keeper) -> Vec<KeptId> {
    let released = |effect| if let KeeperEffect::Release(id) = effect { Some(id) } else { None };
    effects(keeper).into_iter().filter_map(released).collect()
}

#[test]
fn a_message_leaves_when_its_record_is_committed() {
    let mut keeper = ready();
    let id = accept(&mut keeper, 10);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Put(id)]);
    assert!(!keeper.is_durable(id));
    keeper.committed(12, id);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Release(id)]);
    assert!(keeper.is_durable(id));
}

#[test]
fn a_message_without_a_record_holds_back_the_later_ones_and_custom_frames() {
    let mut keeper = ready();
    let first = accept(&mut keeper, 0);
    let second = accept(&mut keeper, 0);
    let custom = keeper.accept(0, Keeping::Passing).unwrap();
    keeper.committed(1, second);
    assert_eq!(releases(&mut keeper), []);
    keeper.committed(2, first);
    assert_eq!(releases(&mut keeper), [first, second, custom]);
}

#[test]
fn a_custom_frame_leaves_at_once_if_nothing_waits() {
    let mut keeper = ready();
    let custom = keeper.accept(0, Keeping::Passing).unwrap();
    assert_eq!(effects(&mut keeper), [KeeperEffect::Release(custom)]);
    assert_eq!(keeper.next_deadline(), None);
}

#[test]
fn after_a_second_a_message_leaves_without_a_record() {
    let mut keeper = ready();
    let id = accept(&mut keeper, 10);
    effects(&mut keeper);
    assert_eq!(keeper.next_deadline(), Some(10 + PATIENCE));
    keeper.alarm(9 + PATIENCE);
    assert_eq!(releases(&mut keeper), []);
    keeper.alarm(10 + PATIENCE);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Open, KeeperEffect::Release(id)]);
    assert!(!keeper.is_durable(id));
}

#[test]
fn after_one_message_has_waited_in_vain_the_next_ones_do_not_wait_until_the_storage_answers() {
    let mut keeper = ready();
    let first = accept(&mut keeper, 0);
    keeper.alarm(PATIENCE);
    effects(&mut keeper);
    let second = accept(&mut keeper, PATIENCE);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Release(second)]);
    keeper.opened(PATIENCE + 5);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Put(first), KeeperEffect::Put(second)]);
    keeper.committed(PATIENCE + 6, first);
    assert!(keeper.is_durable(first));
    let third = accept(&mut keeper, PATIENCE + 7);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Put(third)]);
}

#[test]
fn a_storage_that_fails_is_opened_again_three_times_and_then_given_up() {
    let mut keeper = ready();
    let id = accept(&mut keeper, 0);
    for _ in 0..REOPENINGS {
        effects(&mut keeper);
        keeper.faulted(1);
        assert_eq!(effects(&mut keeper), [KeeperEffect::Open]);
        keeper.opened(2);
        assert_eq!(effects(&mut keeper), [KeeperEffect::Put(id)]);
    }
    keeper.faulted(3);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Close, KeeperEffect::Release(id)]);
    assert!(keeper.is_gone());
    let next = accept(&mut keeper, 4);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Release(next)]);
    assert!(!keeper.is_durable(next));
    assert_eq!(keeper.next_deadline(), None);
}

#[test]
fn a_storage_that_never_opens_is_given_up_and_holds_nothing_back_for_longer_than_a_second() {
    let mut keeper = Keeper::new(0, 100);
    let id = accept(&mut keeper, 0);
    effects(&mut keeper);
    keeper.alarm(PATIENCE);
    assert_eq!(releases(&mut keeper), [id]);
    for opening in 2..=REOPENINGS + 1 {
        assert!(!keeper.is_gone());
        keeper.alarm(PATIENCE * u64::from(opening));
    }
    assert!(keeper.is_gone());
    assert_eq!(keeper.next_deadline(), None);
}

#[test]
fn an_answer_after_a_reopening_starts_the_count_again() {
    let mut keeper = ready();
    for round in 0..10 {
        let id = accept(&mut keeper, round);
        keeper.faulted(round);
        keeper.opened(round);
        keeper.committed(round, id);
    }
    assert!(!keeper.is_gone());
}

#[test]
fn a_storage_opened_again_receives_what_it_lacks_and_what_it_may_have_lost() {
    let mut keeper = ready();
    let kept = accept(&mut keeper, 0);
    keeper.committed(1, kept);
    let late = accept(&mut keeper, 2);
    effects(&mut keeper);
    keeper.faulted(3);
    keeper.opened(4);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Open, KeeperEffect::Put(kept), KeeperEffect::Put(late)]);
    assert!(!keeper.is_durable(kept));
}

#[test]
fn a_settled_message_is_deleted_even_if_the_storage_has_to_be_opened_again() {
    let mut keeper = ready();
    let id = accept(&mut keeper, 0);
    keeper.committed(1, id);
    effects(&mut keeper);
    keeper.settled(2, id, Settlement::Done);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Delete(id)]);
    keeper.faulted(3);
    keeper.opened(4);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Open, KeeperEffect::Delete(id)]);
    keeper.deleted(5, id);
    keeper.faulted(6);
    keeper.opened(7);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Open]);
}

#[test]
fn a_record_that_is_committed_after_its_message_was_settled_is_deleted() {
    let mut keeper = ready();
    let id = accept(&mut keeper, 0);
    keeper.alarm(PATIENCE);
    keeper.opened(PATIENCE);
    keeper.settled(PATIENCE + 1, id, Settlement::Done);
    keeper.deleted(PATIENCE + 2, id);
    effects(&mut keeper);
    keeper.committed(PATIENCE + 3, id);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Delete(id)]);
}

#[test]
fn a_refused_message_stays_until_it_is_discarded() {
    let mut keeper = ready();
    let id = accept(&mut keeper, 0);
    keeper.committed(1, id);
    assert!(!keeper.discard(1, id), "it has not failed");
    effects(&mut keeper);
    keeper.settled(2, id, Settlement::Failed);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Mark(id)]);
    assert!(keeper.has_failed(id));
    assert!(keeper.discard(3, id));
    assert_eq!(effects(&mut keeper), [KeeperEffect::Delete(id)]);
    assert!(!keeper.has_failed(id));
    assert!(!keeper.discard(4, id));
}

#[test]
fn a_failed_message_is_sent_again_on_request_as_the_last_one() {
    let mut keeper = ready();
    let id = accept(&mut keeper, 0);
    keeper.committed(1, id);
    keeper.settled(2, id, Settlement::Failed);
    let next = accept(&mut keeper, 3);
    effects(&mut keeper);
    assert!(keeper.resend(4, id));
    assert_eq!(effects(&mut keeper), [KeeperEffect::Mark(id)]);
    keeper.committed(5, next);
    assert_eq!(releases(&mut keeper), [next, id]);
    assert!(!keeper.resend(6, id));
}

#[test]
fn what_another_page_has_left_leaves_first_in_the_order_of_that_page() {
    let mut keeper = Keeper::new(0, 100);
    keeper.opened(0);
    let own = accept(&mut keeper, 1);
    keeper.committed(2, own);
    assert_eq!(releases(&mut keeper), []);
    // The second record of page 7 was written again, so that it stands after the third.
    let ids = [(7, 1), (8, 1), (7, 3), (7, 2), (8, 2)].map(|(origin, n)| keeper.restore(record(origin, n)));
    keeper.restored(3, true);
    assert_eq!(releases(&mut keeper), [ids[0], ids[1], ids[3], ids[2], ids[4], own]);
}

#[test]
fn own_messages_wait_a_second_at_most_for_what_another_page_has_left() {
    let mut keeper = Keeper::new(0, 100);
    keeper.opened(0);
    let own = accept(&mut keeper, 1);
    keeper.committed(2, own);
    keeper.alarm(PATIENCE);
    assert_eq!(releases(&mut keeper), [own]);
}

#[test]
fn a_message_that_the_server_may_have_forgotten_fails_instead_of_being_sent() {
    let mut keeper = Keeper::new(0, 100);
    keeper.opened(0);
    effects(&mut keeper);
    let young = keeper.restore(Record { age: REMEMBERED, ..record(1, 1) });
    let old = keeper.restore(Record { age: REMEMBERED + 1, ..record(1, 2) });
    let failed = keeper.restore(Record { has_failed: true, ..record(1, 3) });
    keeper.restored(1, true);
    assert_eq!(
        effects(&mut keeper),
        [KeeperEffect::Expire(old), KeeperEffect::Mark(old), KeeperEffect::Release(young)]
    );
    assert!(keeper.has_failed(old) && keeper.has_failed(failed));
}

#[test]
fn nothing_leaves_before_the_user_is_confirmed() {
    let mut keeper = Keeper::new(0, 100);
    keeper.opened(0);
    keeper.doubt();
    let left = keeper.restore(record(1, 1));
    keeper.restored(0, true);
    let own = accept(&mut keeper, 0);
    keeper.committed(1, own);
    assert_eq!(releases(&mut keeper), []);
    assert_eq!(keeper.accept(2, Keeping::Immediate), None, "it would have to wait");
    keeper.confirm(3);
    assert_eq!(releases(&mut keeper), [left, own]);
    assert!(keeper.accept(4, Keeping::Immediate).is_some());
}

#[test]
fn after_a_logout_nothing_leaves_and_all_records_are_deleted() {
    let mut keeper = ready();
    let id = accept(&mut keeper, 0);
    keeper.committed(1, id);
    effects(&mut keeper);
    let late = accept(&mut keeper, 2);
    keeper.abandon(3);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Clear]);
    keeper.committed(4, late);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Delete(late)]);
    keeper.settled(5, id, Settlement::Failed);
    assert_eq!(effects(&mut keeper), []);
}

#[test]
fn after_a_logout_the_records_are_deleted_as_soon_as_the_storage_is_open() {
    let mut keeper = Keeper::new(0, 100);
    accept(&mut keeper, 0);
    keeper.abandon(1);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Open]);
    keeper.opened(2);
    assert_eq!(effects(&mut keeper), [KeeperEffect::Clear]);
}

#[test]
fn no_more_leave_than_the_outbox_takes_and_no_more_are_accepted_than_the_limit() {
    let mut keeper = Keeper::new(0, 2);
    keeper.opened(0);
    let ids = [1, 2, 3].map(|number| keeper.restore(record(1, number)));
    keeper.restored(0, true);
    assert_eq!(releases(&mut keeper), [ids[0], ids[1]]);
    assert_eq!(keeper.accept(1, Keeping::Kept), None, "the queue is full");
    keeper.settled(2, ids[0], Settlement::Done);
    assert_eq!(releases(&mut keeper), [ids[2]]);
}

#[test]
fn a_storage_that_was_given_up_is_not_waited_for_even_if_it_answers_late() {
    let mut keeper = ready();
    let id = accept(&mut keeper, 0);
    for round in 1..=u64::from(REOPENINGS) + 1 {
        keeper.alarm(PATIENCE * round);
    }
    assert!(keeper.is_gone());
    keeper.committed(PATIENCE * 9, id);
    keeper.deleted(PATIENCE * 9, id);
    assert_eq!(keeper.next_deadline(), None);
    assert!(!keeper.is_durable(id));
}
