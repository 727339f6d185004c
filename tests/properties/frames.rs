//! Arbitrary layer-1 frames, as no server should send them: the connection stays open, no cursor decreases, and no
//! queued frame is lost.

use std::collections::{BTreeMap, BTreeSet};

use inbox_socket::core::{
    Config, Effect, Event, Kind, Machine, Millis, Outcome, SendId, Seq, Slot, SocketId, Verdict,
};
use proptest::prelude::*;

/// What a server may send, valid or not.
#[derive(Clone, Debug)]
enum Frame {
    Welcome(Option<Millis>, Vec<(Slot, Seq)>),
    Message(Slot, Seq),
    Ack(SendId),
    Rejection(SendId, Option<Millis>),
    Pong(Seq),
    SyncResponse {
        id: u32,
        floors: Vec<(Slot, Seq)>,
        messages: Vec<(Slot, Seq)>,
        heads: Vec<(Slot, Seq)>,
        more: bool,
    },
    SyncRejection(u32, Millis),
    HelloIgnored,
    /// Not frames: the page sends a message, or time passes.
    Send,
    Pass(Millis),
}

fn seq() -> impl Strategy<Value = Seq> {
    prop_oneof![8 => 0..12u64, 1 => Just((1 << 53) - 1), 1 => 0..(1u64 << 53)]
}

fn counts() -> impl Strategy<Value = Vec<(Slot, Seq)>> {
    prop::collection::vec((0..6u32, seq()), 0..6)
}

fn frame() -> impl Strategy<Value = Frame> {
    prop_oneof![
        2 => (prop::option::of(0..100_000u64), counts()).prop_map(|(every, heads)| Frame::Welcome(every, heads)),
        6 => (0..6u32, seq()).prop_map(|(slot, seq)| Frame::Message(slot, seq)),
        2 => (0..10u32).prop_map(Frame::Ack),
        1 => (0..10u32, prop::option::of(0..5_000u64)).prop_map(|(send, later)| Frame::Rejection(send, later)),
        1 => seq().prop_map(Frame::Pong),
        3 => (0..6u32, counts(), counts(), counts(), any::<bool>()).prop_map(|(id, floors, messages, heads, more)| {
            Frame::SyncResponse { id, floors, messages, heads, more }
        }),
        1 => (0..6u32, 0..5_000u64).prop_map(|(id, later)| Frame::SyncRejection(id, later)),
        1 => Just(Frame::HelloIgnored),
        3 => Just(Frame::Send),
        2 => (0..400u64).prop_map(Frame::Pass),
    ]
}

struct Page {
    machine: Machine,
    now: Millis,
    socket: SocketId,
    queued: BTreeSet<SendId>,
    /// Sends that an `ack` or a rejection has named.
    named: BTreeSet<SendId>,
    cursors: BTreeMap<u32, Seq>,
    closed: bool,
}

impl Page {
    fn new() -> Self {
        let mut page = Self {
            machine: Machine::new(Config::default(), 1),
            now: 0,
            socket: 0,
            queued: BTreeSet::new(),
            named: BTreeSet::new(),
            cursors: BTreeMap::new(),
            closed: false,
        };
        page.machine.subscribe(0);
        page.carry_out();
        page.machine.handle(0, Event::Opened { socket: page.socket });
        page.carry_out();
        page
    }

    fn take(&mut self, frame: Frame) {
        let (machine, now, socket) = (&mut self.machine, self.now, self.socket);
        match frame {
            Frame::Welcome(heartbeat, heads) => machine.welcomed(now, socket, heartbeat, &heads),
            Frame::Message(slot, seq) => {
                let seq = (seq > 0).then_some(seq);
                if machine.receive(socket, Some(slot), seq, 50, true) != Verdict::Deliver {
                    machine.handle(now, Event::OutOfTurn);
                }
            }
            Frame::Ack(send) => {
                self.named.insert(send);
                machine.acknowledged(now, socket, send);
            }
            Frame::Rejection(send, later) => {
                self.named.insert(send);
                machine.rejected(now, socket, send, later);
            }
            Frame::Pong(total) => machine.ponged(now, socket, 0, total),
            Frame::SyncResponse { id, floors, messages, heads, more } => {
                if machine.begin_synced(now, socket, id, &floors) {
                    for (slot, seq) in messages.into_iter().filter(|(_, seq)| *seq > 0) {
                        machine.receive_synced(socket, slot, seq);
                    }
                    machine.synced(now, socket, &heads, more);
                }
            }
            Frame::SyncRejection(id, later) => {
                machine.sync_rejected(now, socket, id, later);
            }
            Frame::HelloIgnored => {
                machine.hello_ignored(now, socket, true);
            }
            Frame::Send => {
                self.queued.extend(machine.send(now, Kind::Message, 50).ok());
            }
            Frame::Pass(span) => {
                self.now += span;
                machine.handle(self.now, Event::Alarm);
            }
        }
        self.carry_out();
    }

    fn carry_out(&mut self) {
        while let Some(effect) = self.machine.poll_effect() {
            match effect {
                Effect::Connect(socket) => self.socket = socket,
                Effect::Drop(_) => self.closed = true,
                Effect::Transmit { send, .. } => self.machine.transmitted(send, 50),
                Effect::Settle { send, outcome } => {
                    assert!(self.queued.remove(&send), "settled once");
                    let plainly = outcome == Outcome::Sent;
                    assert!(
                        plainly || self.named.contains(&send),
                        "settled without a reply: {send} {outcome:?}"
                    );
                }
                _ => {}
            }
        }
    }

    fn check(&mut self) {
        let stats = self.machine.stats(self.now);
        assert_eq!(stats.queued as usize, self.queued.len());
        let counted = stats.assured;
        for (slot, cursor) in self.machine.cursors() {
            let before = self.cursors.insert(slot / 2, cursor).unwrap_or(0);
            assert!(!counted || cursor >= before, "the cursor of {slot} decreased from {before} to {cursor}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_frames_neither_stop_the_connection_nor_move_a_cursor_back_nor_drop_a_message(
        frames in prop::collection::vec(frame(), 1..80)
    ) {
        let mut page = Page::new();
        for frame in frames {
            // Only silence may end the connection, never a frame.
            let silent = matches!(frame, Frame::Pass(_));
            page.take(frame);
            prop_assert!(silent || !page.closed);
            if page.closed {
                return Ok(());
            }
            page.check();
        }
    }
}
