//! A page: the real core, and a small model of the browser's shell.

use std::collections::BTreeMap;

use inbox_socket::core::{
    Config, DropReason, Effect, Event, HeldId, Kind, Machine, Outcome, SendId, Slot, SocketId, Verdict,
};

use crate::server::{Conversation, Frame, Message, Seq, SyncResponse, User};

/// The page drops longer frames.
pub(crate) const FRAME_LIMIT: u64 = 60_000;

/// The room whose id is a string, which the keys of `heads` do not show.
const TEXT_ROOM: Conversation = 1;

/// What a page asks the network to do.
pub(crate) enum Wish {
    Connect(SocketId),
    Drop(SocketId),
    Send(SocketId, Frame),
}

/// What a listener received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Message(Message),
    Gap { conversation: Conversation, after: Seq, before: Seq },
}

struct Draft {
    client_id: String,
    conversation: Conversation,
    size: u64,
}

pub(crate) struct Client {
    pub(crate) user: User,
    /// The beginning of its client ids: unique among all pages.
    pub(crate) name: String,
    pub(crate) machine: Machine,
    pub(crate) heard: Vec<Heard>,
    /// The client ids of messages that `sendMessage` accepted, and of those that it reported as delivered.
    pub(crate) accepted: Vec<String>,
    pub(crate) delivered: Vec<String>,
    /// The heads of the first welcome, where the promise begins, and the number of frames received before it.
    pub(crate) begins: Option<(BTreeMap<Conversation, Seq>, usize)>,
    drafts: BTreeMap<SendId, Draft>,
    held: BTreeMap<HeldId, Message>,
}

impl Client {
    pub(crate) fn new(user: User, seed: u64) -> Self {
        Self {
            user,
            name: user.to_string(),
            // A page that never gives up, as if the user always pressed "Retry now".
            machine: Machine::new(Config { max_attempts: u32::MAX, ..Config::default() }, seed),
            heard: Vec::new(),
            accepted: Vec::new(),
            delivered: Vec::new(),
            begins: None,
            drafts: BTreeMap::new(),
            held: BTreeMap::new(),
        }
    }

    pub(crate) fn start(&mut self, now: u64) -> Vec<Wish> {
        self.machine.subscribe(now);
        self.carry_out()
    }

    pub(crate) fn handle(&mut self, now: u64, event: Event) -> Vec<Wish> {
        self.machine.handle(now, event);
        self.carry_out()
    }

    pub(crate) fn send(&mut self, now: u64, conversation: Conversation, size: u64) -> Vec<Wish> {
        let client_id = format!("{}-{}", self.name, self.accepted.len());
        if let Ok(send) = self.machine.send(now, Kind::Message, size as usize) {
            self.accepted.push(client_id.clone());
            self.drafts.insert(send, Draft { client_id, conversation, size });
        }
        self.carry_out()
    }

    /// Calls the machine as the shell does, in incoming.js and control.js.
    pub(crate) fn receive(&mut self, now: u64, socket: SocketId, frame: Frame) -> Vec<Wish> {
        let size = frame.size() as u32;
        if frame.size() > FRAME_LIMIT {
            let is_sync = matches!(frame, Frame::SyncResponse(_));
            let why = if is_sync { DropReason::SyncTooLong } else { DropReason::TooLong };
            self.machine.receive_unusable(now, socket, size, why);
            return self.carry_out();
        }
        if frame.is_answer() {
            self.machine.receive_control(socket, size);
        }
        match frame {
            Frame::Welcome { heads } => {
                self.machine.welcomed(now, socket, Some(25_000), &counts(&heads));
                if self.machine.stats(now).assured {
                    self.begins.get_or_insert((heads, self.heard.len()));
                }
            }
            Frame::Message(message) => self.receive_message(now, socket, message),
            Frame::Ack { client_id } => {
                if let Some(send) = self.send_of(&client_id) {
                    self.machine.acknowledged(now, socket, send);
                }
            }
            Frame::RateLimited { client_id, retry_after } => {
                if let Some(send) = self.send_of(&client_id) {
                    self.machine.rejected(now, socket, send, Some(retry_after));
                }
            }
            Frame::Pong { id, total } => self.machine.ponged(now, socket, id, total),
            Frame::Application { conversation } => {
                // A frame with an action has no `seq` for the gate.
                self.machine.receive(socket, Some(slot_of(conversation)), None, size, true);
            }
            Frame::SyncResponse(response) => return self.receive_synced(now, socket, response),
            Frame::Hello | Frame::Send { .. } | Frame::Sync { .. } | Frame::Ping { .. } => {
                unreachable!("a server does not send this frame")
            }
        }
        self.carry_out()
    }

    pub(crate) fn is_settled(&self) -> bool {
        self.drafts.is_empty()
    }

    fn receive_message(&mut self, now: u64, socket: SocketId, message: Message) {
        let slot = slot_of(message.conversation);
        let size = message.size as u32;
        match self.machine.receive(socket, Some(slot), Some(message.seq), size, true) {
            Verdict::Deliver => self.heard.push(Heard::Message(message)),
            Verdict::Drop => self.machine.handle(now, Event::OutOfTurn),
            Verdict::Hold(held) => {
                self.machine.handle(now, Event::OutOfTurn);
                self.held.insert(held, message);
            }
        }
    }

    fn receive_synced(&mut self, now: u64, socket: SocketId, response: SyncResponse) -> Vec<Wish> {
        let mut wishes = Vec::new();
        if self.machine.begin_synced(now, socket, response.id, &counts(&response.floors)) {
            wishes.extend(self.carry_out());
            for message in response.messages {
                let slot = slot_of(message.conversation);
                let delivered = self.machine.receive_synced(socket, slot, message.seq);
                wishes.extend(self.carry_out());
                if delivered {
                    self.heard.push(Heard::Message(message));
                }
            }
            self.machine.synced(now, socket, &counts(&response.heads), response.has_more);
        }
        wishes.extend(self.carry_out());
        wishes
    }

    fn carry_out(&mut self) -> Vec<Wish> {
        let mut wishes = Vec::new();
        while let Some(effect) = self.machine.poll_effect() {
            match effect {
                Effect::Connect(socket) => wishes.push(Wish::Connect(socket)),
                Effect::Drop(socket) => wishes.push(Wish::Drop(socket)),
                Effect::Hello(socket) => wishes.push(Wish::Send(socket, Frame::Hello)),
                Effect::Sync { socket, id, bytes } => {
                    let after = self.machine.sync_cursors();
                    let after = after.map(|(slot, seq)| (conversation_of(slot), seq)).collect();
                    wishes.push(Wish::Send(socket, Frame::Sync { id, bytes, after }));
                }
                Effect::Ping { socket, id } => wishes.push(Wish::Send(socket, Frame::Ping { id })),
                Effect::Transmit { socket, send } => {
                    if let Some(Draft { client_id, conversation, size }) = self.drafts.get(&send) {
                        let (client_id, conversation, size) = (client_id.clone(), *conversation, *size);
                        wishes.push(Wish::Send(socket, Frame::Send { client_id, conversation, size }));
                        self.machine.transmitted(send, size as u32);
                    }
                }
                Effect::Deliver(held) => {
                    let message = self.held.remove(&held).expect("a delivered message was held");
                    self.heard.push(Heard::Message(message));
                }
                Effect::Forget(held) => {
                    self.held.remove(&held).expect("a forgotten message was held");
                }
                Effect::Gap(gap) => {
                    let conversation = conversation_of(gap.conversation);
                    self.heard.push(Heard::Gap { conversation, after: gap.after, before: gap.before });
                }
                Effect::Settle { send, outcome } => {
                    let draft = self.drafts.remove(&send).expect("a send is settled once");
                    assert_eq!(outcome, Outcome::Delivered, "{}", draft.client_id);
                    self.delivered.push(draft.client_id);
                }
                Effect::Keepalive(_) | Effect::ForgetConversations => unreachable!("no test causes this"),
                Effect::Announce => {}
            }
        }
        wishes
    }

    fn send_of(&self, client_id: &str) -> Option<SendId> {
        self.drafts.iter().find(|(_, draft)| draft.client_id == client_id).map(|(send, _)| *send)
    }
}

fn slot_of(conversation: Conversation) -> Slot {
    conversation as Slot * 2 + Slot::from(conversation == TEXT_ROOM)
}

fn conversation_of(slot: Slot) -> Conversation {
    slot as Conversation / 2
}

fn counts(map: &BTreeMap<Conversation, Seq>) -> Vec<(Slot, Seq)> {
    map.iter().map(|(conversation, seq)| (*conversation as Slot * 2, *seq)).collect()
}
