//! What layer 1 promises to a page, checked at the end of a run.

use crate::client::{Client, FRAME_LIMIT, Heard};
use crate::server::{Database, Seq};

/// Asserts that each accepted message is stored exactly once, and was reported as delivered exactly once.
pub(crate) fn check_sent(database: &Database, page: &Client) {
    assert!(page.is_settled(), "page {}: every message must be acknowledged", page.name);
    let stored: Vec<_> = database.rooms.iter().flat_map(|room| &room.messages).collect();
    for client_id in &page.accepted {
        let copies = stored.iter().filter(|message| message.client_id == *client_id).count();
        assert_eq!(copies, 1, "message {client_id} is stored {copies} times");
        let told = page.delivered.iter().filter(|delivered| *delivered == client_id).count();
        assert_eq!(told, 1, "message {client_id} was reported delivered {told} times");
    }
}

/// Asserts that the page received every message after its first heads exactly once and in order, and a gap for each
/// range that was evicted or too long; up to the last message, if the page has `lasted`.
pub(crate) fn check_heard(database: &Database, page: &Client, lasted: bool) {
    let (begins, before) = page.begins.as_ref().expect("the page was welcomed");
    for (number, room) in database.rooms.iter().enumerate() {
        let Some(joined) = room.members.get(&page.user) else { continue };
        let begin = begins.get(&number).copied().unwrap_or(*joined);
        let mut cursor: Option<Seq> = None;
        for heard in &page.heard[*before..] {
            let who = format!("page {}, room {number}, after {cursor:?}", page.name);
            match heard {
                Heard::Message(message) if message.conversation == number => {
                    // The page may have received messages before its first welcome.
                    let earliest = begin.min(message.seq - 1);
                    // In a conversation that is new to the page, earlier evicted messages are not missed.
                    let is_new = !begins.contains_key(&number) && message.seq <= room.floor + 1;
                    let first = if is_new { message.seq - 1 } else { earliest };
                    let expected = cursor.unwrap_or(first) + 1;
                    assert_eq!(message.seq, expected, "{who}");
                    cursor = Some(message.seq);
                }
                Heard::Gap { conversation, after, before } if *conversation == number => {
                    assert_eq!(*after, cursor.unwrap_or(begin), "{who}: a gap begins at the cursor");
                    assert!(*before > after + 1, "{who}: a gap is not empty");
                    let is_there = |seq: Seq| {
                        let message = &room.messages[seq as usize - 1];
                        message.size <= FRAME_LIMIT && seq > room.floor
                    };
                    let missing = (after + 1..*before).find(|seq| is_there(*seq));
                    assert_eq!(missing, None, "{who}: a gap has no available message");
                    cursor = Some(before - 1);
                }
                _ => {}
            }
        }
        if lasted {
            assert_eq!(
                cursor.unwrap_or(begin),
                room.head(),
                "page {}, room {number}: the page must receive every message",
                page.name
            );
        }
    }
}
