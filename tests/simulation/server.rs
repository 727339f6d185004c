//! The server according to PROTOCOL.md: its database and its replies.

use std::collections::BTreeMap;

pub(crate) type User = usize;
pub(crate) type Conversation = usize;
pub(crate) type Seq = u64;

/// The maximum number of messages in a `sync_response`: few, so that replies are cut.
const BATCH: usize = 7;

/// The size of a frame without its messages, in bytes.
const BARE_FRAME: u64 = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) conversation: Conversation,
    pub(crate) seq: Seq,
    pub(crate) client_id: String,
    /// The size of its frame, in bytes.
    pub(crate) size: u64,
}

#[derive(Clone, Debug)]
pub(crate) enum Frame {
    Hello,
    Welcome {
        heads: BTreeMap<Conversation, Seq>,
    },
    Send {
        client_id: String,
        conversation: Conversation,
        size: u64,
    },
    Ack {
        client_id: String,
    },
    RateLimited {
        client_id: String,
        retry_after: u64,
    },
    Message(Message),
    Sync {
        id: u32,
        bytes: u32,
        after: BTreeMap<Conversation, Seq>,
    },
    SyncResponse(SyncResponse),
    Ping {
        id: u32,
    },
    Pong {
        id: u32,
        total: Seq,
    },
    /// The application's custom frame, which has an `action`.
    Application {
        conversation: Conversation,
    },
}

impl Frame {
    /// The size on the wire, in bytes.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Message(message) => message.size,
            Self::Send { size, .. } => *size,
            Self::SyncResponse(response) => {
                BARE_FRAME + response.messages.iter().map(|message| message.size).sum::<u64>()
            }
            _ => BARE_FRAME,
        }
    }

    /// Whether it is a reply.
    pub(crate) fn is_answer(&self) -> bool {
        !matches!(self, Self::Message(_) | Self::Application { .. })
    }
}

#[derive(Clone, Debug)]
pub(crate) struct SyncResponse {
    pub(crate) id: u32,
    pub(crate) messages: Vec<Message>,
    pub(crate) heads: BTreeMap<Conversation, Seq>,
    pub(crate) has_more: bool,
    pub(crate) floors: BTreeMap<Conversation, Seq>,
}

#[derive(Default)]
pub(crate) struct Room {
    /// The members, each with the head when they joined.
    pub(crate) members: BTreeMap<User, Seq>,
    pub(crate) messages: Vec<Message>,
    /// Messages up to here are evicted.
    pub(crate) floor: Seq,
}

impl Room {
    pub(crate) fn head(&self) -> Seq {
        self.messages.len() as Seq
    }
}

#[derive(Default)]
pub(crate) struct Database {
    pub(crate) rooms: Vec<Room>,
}

impl Database {
    /// Stores a message unless it is a repeated one. Returns the stored message, and whether it is new.
    pub(crate) fn store(
        &mut self,
        conversation: Conversation,
        client_id: &str,
        size: u64,
    ) -> (Message, bool) {
        let room = &mut self.rooms[conversation];
        if let Some(known) = room.messages.iter().find(|message| message.client_id == client_id) {
            return (known.clone(), false);
        }
        let seq = room.head() + 1;
        let message = Message { conversation, seq, client_id: client_id.to_owned(), size };
        room.messages.push(message.clone());
        (message, true)
    }

    pub(crate) fn heads(&self, user: User) -> BTreeMap<Conversation, Seq> {
        let rooms = self.rooms.iter().enumerate().filter(|(_, room)| room.members.contains_key(&user));
        rooms.map(|(conversation, room)| (conversation, room.head())).collect()
    }

    pub(crate) fn total(&self, user: User) -> Seq {
        self.heads(user).values().sum()
    }

    /// Returns the messages after these cursors: as many as fit into `bytes`, but at least one; or floors only, if
    /// `floors_alone` and there are any.
    pub(crate) fn sync(
        &self,
        user: User,
        id: u32,
        after: &BTreeMap<Conversation, Seq>,
        bytes: u32,
        floors_alone: bool,
    ) -> SyncResponse {
        let mut messages: Vec<Message> = Vec::new();
        let mut size = BARE_FRAME;
        let mut floors = BTreeMap::new();
        let mut has_more = false;
        for (conversation, after) in after {
            let Some(room) = self.rooms.get(*conversation) else { continue };
            let Some(joined) = room.members.get(&user) else { continue };
            let floor = room.floor.max(*joined);
            if floor > *after {
                floors.insert(*conversation, floor);
            }
            let there = room.messages.iter().filter(|message| message.seq > floor.max(*after));
            for message in there {
                size += message.size;
                let is_full = messages.len() == BATCH || (size > u64::from(bytes) && !messages.is_empty());
                if is_full {
                    has_more = true;
                    break;
                }
                messages.push(message.clone());
            }
        }
        if floors_alone && !floors.is_empty() {
            has_more |= !messages.is_empty();
            messages.clear();
        }
        SyncResponse { id, messages, heads: self.heads(user), has_more, floors }
    }
}
