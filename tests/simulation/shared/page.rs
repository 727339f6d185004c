//! A tab: its core, its part in sharing, and a small model of the shell between them.

use std::collections::BTreeMap;

use inbox_socket::core::{Phase, SocketId};
use inbox_socket::tabs::{Item, ItemKind, Key, Tab, TabId};

use crate::client::Client;
use crate::server::{Conversation, Frame, Seq, User};

/// What serves the core's socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Serving {
    Nothing,
    Relay,
    /// A WebSocket: its index among the links.
    Link(usize),
}

/// A frame that passes through this tab's hub.
pub(crate) struct Passing {
    pub(crate) tab: TabId,
    pub(crate) frame: Frame,
}

pub(crate) struct Page {
    pub(crate) browser: usize,
    pub(crate) client: Client,
    pub(crate) tab: Tab,
    pub(crate) id: TabId,
    /// False after a crash, a reload or closing.
    pub(crate) is_here: bool,
    pub(crate) is_visible: bool,
    /// When that last changed.
    pub(crate) changed_at: u64,
    /// Its channel is open.
    pub(crate) listens: bool,
    pub(crate) asleep_until: u64,
    /// Its document is frozen, and has been told.
    pub(crate) is_frozen: bool,
    pub(crate) alarm: u64,
    /// The core's present attempt or socket, and what serves it.
    pub(crate) socket: Option<SocketId>,
    pub(crate) serving: Serving,
    /// The `welcome` that came with the relay.
    pub(crate) welcome: Option<Frame>,
    pub(crate) items: BTreeMap<Item, Passing>,
    /// Client id → item.
    pub(crate) names: BTreeMap<String, Item>,
    next_item: Item,
}

impl Page {
    pub(crate) fn new(browser: usize, number: usize, user: User, seed: u64) -> Self {
        let mut client = Client::new(user, seed);
        client.name = format!("{user}.{number}");
        let id = number as TabId + 1;
        Self {
            browser,
            client,
            tab: Tab::new(id),
            id,
            is_here: true,
            is_visible: false,
            changed_at: 0,
            listens: false,
            asleep_until: 0,
            is_frozen: false,
            alarm: u64::MAX,
            socket: None,
            serving: Serving::Nothing,
            welcome: None,
            items: BTreeMap::new(),
            names: BTreeMap::new(),
            next_item: 1,
        }
    }

    /// Keeps a frame of a tab until it is answered.
    pub(crate) fn keep(&mut self, tab: TabId, frame: Frame) -> (Item, ItemKind, u32) {
        let item = self.next_item;
        self.next_item += 1;
        let kind = match &frame {
            Frame::Hello => ItemKind::Hello,
            Frame::Ping { .. } => ItemKind::Ping,
            Frame::Sync { .. } => ItemKind::Sync,
            Frame::Send { client_id, .. } => {
                self.names.insert(client_id.clone(), item);
                ItemKind::Message
            }
            _ => ItemKind::Other,
        };
        let characters = frame.size() as u32;
        self.items.insert(item, Passing { tab, frame });
        (item, kind, characters)
    }

    /// The frame as the server receives it: with the item as its id.
    pub(crate) fn outgoing(&self, item: Item) -> Option<Frame> {
        Some(match &self.items.get(&item)?.frame {
            Frame::Sync { bytes, after, .. } => Frame::Sync { id: item, bytes: *bytes, after: after.clone() },
            Frame::Ping { .. } => Frame::Ping { id: item },
            other => other.clone(),
        })
    }

    /// The id that the tab had given to this frame.
    pub(crate) fn own_id(&self, item: Item) -> u32 {
        match self.items.get(&item).map(|passing| &passing.frame) {
            Some(Frame::Sync { id, .. } | Frame::Ping { id }) => *id,
            _ => u32::MAX,
        }
    }

    pub(crate) fn forget_items(&mut self) {
        self.items.clear();
        self.names.clear();
    }

    /// Whether the core waits to reconnect.
    pub(crate) fn waits(&self, now: u64) -> bool {
        matches!(self.client.machine.phase(now), Phase::Waiting { .. } | Phase::GivenUp)
    }

    /// Whether the core wants no connection.
    pub(crate) fn rests(&self, now: u64) -> bool {
        matches!(self.client.machine.phase(now), Phase::Idle | Phase::GivenUp | Phase::Ended | Phase::Refused)
    }
}

pub(crate) fn keyed(heads: &BTreeMap<Conversation, Seq>) -> Vec<(Key, Seq)> {
    heads.iter().map(|(conversation, seq)| (*conversation as Key, *seq)).collect()
}
