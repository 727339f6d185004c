//! PROTOCOL.md's layer 1 for one conversation with two members, without times: every possible event may happen next.
//! Two connected pages begin with an empty conversation.
//!
//! Not modelled, but simulated in `tests/simulation`: pages that open later, evicted history, members who join or
//! leave, errors, rate limits, and layer-0 servers.

use std::collections::{BTreeSet, VecDeque};

use stateright::{Model, Property};

type Client = usize;
/// Identifies a message: its writer, and its number among the writer's messages.
type Id = (Client, u8);
/// A message's number in the conversation; the database maps it to the [`Id`].
type Seq = usize;

/// The maximum number of messages in a `sync_response`: few, so that replies are cut.
const BATCH: usize = 1;

pub(crate) const STORED: &str = "each message is stored once, and each writer's in order";
pub(crate) const HEARD: &str = "each message is received once and in order";
pub(crate) const ACKED: &str = "an acknowledged message is stored";
pub(crate) const COMPLETE: &str = "when no event remains, every message is acknowledged and received";

/// A mechanism that the promise needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    /// A message at or below the cursor is dropped.
    Dedupe,
    /// A message above cursor + 1 is not treated as the next one.
    GapCheck,
    /// Such a message is held until it is the next one.
    Hold,
    /// The server stores a repeated message once.
    IdempotentInsert,
    /// Unacknowledged messages are sent again on the next connection.
    Resend,
    /// The client compares the `total` of a `pong` with its cursors.
    Digest,
}

/// A configuration to check.
#[derive(Clone)]
pub(crate) struct Delivery {
    /// How many messages each client writes.
    pub(crate) writes: [u8; 2],
    /// How often a connection is cut or the server crashes.
    pub(crate) breaks: u8,
    /// How often the channel layer loses or duplicates a broadcast. It may always reorder them.
    pub(crate) slips: u8,
    pub(crate) without: Option<Guard>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Up {
    Hello,
    Send(Id),
    Sync { after: Seq },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Down {
    Welcome { head: Seq },
    Ack(Id),
    Synced { messages: Vec<Seq>, head: Seq },
    Pong { total: Seq },
}

/// A connection: frames arrive in order, or are lost with all later ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Link {
    up: VecDeque<Up>,
    down: VecDeque<Down>,
    /// The server has read `hello` and has subscribed to the channel layer.
    listens: bool,
    welcomed: bool,
    syncing: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Page {
    link: Option<Link>,
    /// Messages in a connection that the page has given up but the server still reads.
    stale: VecDeque<Id>,
    written: u8,
    /// Unacknowledged messages in order, and whether each was sent before.
    outbox: VecDeque<(Id, bool)>,
    acked: BTreeSet<Id>,
    cursor: Seq,
    head: Seq,
    held: BTreeSet<Seq>,
    heard: Vec<Seq>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// The database, in order of `seq`, from 1.
    stored: Vec<Id>,
    pages: [Page; 2],
    /// Broadcasts in flight to a page. They may overtake each other and all other frames.
    channel: Vec<(Client, Seq)>,
    breaks: u8,
    slips: u8,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Write(Client),
    Connect(Client),
    /// The connection is lost, or given up because the server is silent.
    Cut(Client),
    PageReads(Client),
    ServerReads(Client),
    ServerReadsStale(Client),
    /// The server also detects that the connection is lost.
    ServerDropsStale(Client),
    /// The server replies to a `ping`, which is not modelled.
    Digest(Client),
    PageReadsBroadcast(Client, Seq),
    LoseBroadcast(Client, Seq),
    DoubleBroadcast(Client, Seq),
    /// The server crashes: before the commit of unread messages, or after the `ack` of others.
    Crash,
    CrashAfterCommit(Client),
}

impl Model for Delivery {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let link = Link { listens: true, welcomed: true, ..Link::default() };
        let page = Page { link: Some(link), ..Page::default() };
        let pages = [page.clone(), page];
        vec![State { pages, breaks: self.breaks, slips: self.slips, ..State::default() }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for (client, page) in state.pages.iter().enumerate() {
            if page.written < self.writes[client] {
                actions.push(Action::Write(client));
            }
            if !page.stale.is_empty() {
                actions.extend([Action::ServerReadsStale(client), Action::ServerDropsStale(client)]);
            }
            let Some(link) = &page.link else {
                actions.push(Action::Connect(client));
                continue;
            };
            if !link.up.is_empty() {
                actions.push(Action::ServerReads(client));
            }
            if !link.down.is_empty() {
                actions.push(Action::PageReads(client));
            }
            if self.without != Some(Guard::Digest) && page.may_ask_for_digest(state.stored.len()) {
                actions.push(Action::Digest(client));
            }
            if state.breaks > 0 {
                actions.push(Action::Cut(client));
                if matches!(link.up.front(), Some(Up::Send(_))) {
                    actions.push(Action::CrashAfterCommit(client));
                }
            }
        }
        if state.breaks > 0 && state.pages.iter().any(|page| page.link.is_some()) {
            actions.push(Action::Crash);
        }
        for (n, (client, seq)) in state.channel.iter().copied().enumerate() {
            if n > 0 && state.channel[n - 1] == (client, seq) {
                continue;
            }
            actions.push(Action::PageReadsBroadcast(client, seq));
            if state.slips > 0 {
                actions.extend([Action::LoseBroadcast(client, seq), Action::DoubleBroadcast(client, seq)]);
            }
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Write(client) => state.pages[client].write(client),
            Action::Connect(client) => {
                let up = VecDeque::from([Up::Hello]);
                state.pages[client].link = Some(Link { up, ..Link::default() });
            }
            Action::Cut(client) => {
                state.breaks -= 1;
                state.channel.retain(|(to, _)| *to != client);
                state.pages[client].cut();
            }
            Action::PageReads(client) => {
                let frame = state.pages[client].link.as_mut()?.down.pop_front()?;
                state.pages[client].read(frame, self.without);
            }
            Action::ServerReads(client) => {
                let frame = state.pages[client].link.as_mut()?.up.pop_front()?;
                self.serve(&mut state, client, frame);
            }
            Action::ServerReadsStale(client) => {
                let id = state.pages[client].stale.pop_front()?;
                self.store(&mut state, id);
            }
            Action::ServerDropsStale(client) => state.pages[client].stale.clear(),
            Action::Digest(client) => {
                let total = state.stored.len();
                state.pages[client].link.as_mut()?.down.push_back(Down::Pong { total });
            }
            Action::PageReadsBroadcast(client, seq) => {
                state.take_broadcast(client, seq);
                state.pages[client].judge(seq, self.without);
            }
            Action::LoseBroadcast(client, seq) => {
                state.slips -= 1;
                state.take_broadcast(client, seq);
            }
            Action::DoubleBroadcast(client, seq) => {
                state.slips -= 1;
                state.broadcast(client, seq);
            }
            Action::Crash => state.crash(),
            Action::CrashAfterCommit(client) => {
                let frame = state.pages[client].link.as_mut()?.up.pop_front()?;
                self.serve(&mut state, client, frame);
                state.crash();
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always(STORED, |_, state: &State| state.is_stored_once()),
            Property::always(HEARD, |_, state: &State| state.pages.iter().all(Page::heard_in_order)),
            Property::always(ACKED, |_, state: &State| {
                state.pages.iter().flat_map(|page| &page.acked).all(|id| state.stored.contains(id))
            }),
            Property::always(COMPLETE, |model: &Self, state: &State| {
                !model.is_at_rest(state) || state.is_complete(model)
            }),
        ];
        if self.without.is_none() {
            // The model must reach the situations that the guards are for.
            properties.extend([
                Property::sometimes("a message is held", |_, state: &State| {
                    state.pages.iter().any(|page| !page.held.is_empty())
                }),
                Property::sometimes("a received message arrives again", |_, state: &State| {
                    state.channel.iter().any(|(client, seq)| *seq <= state.pages[*client].cursor)
                }),
                Property::sometimes("a stored message is sent again", |_, state: &State| {
                    let again = |up: &Up| matches!(up, Up::Send(id) if state.stored.contains(id));
                    state.pages.iter().flat_map(|page| &page.link).flat_map(|link| &link.up).any(again)
                }),
                Property::sometimes(
                    "an old connection is read while there is a new one",
                    |_, state: &State| {
                        state.pages.iter().any(|page| page.link.is_some() && !page.stale.is_empty())
                    },
                ),
                Property::sometimes(
                    "every message is acknowledged and received",
                    |model: &Self, state: &State| state.is_complete(model),
                ),
            ]);
        }
        properties
    }
}

/// The server.
impl Delivery {
    fn serve(&self, state: &mut State, client: Client, frame: Up) {
        let head = state.stored.len();
        let answer = match frame {
            Up::Hello => {
                if let Some(link) = &mut state.pages[client].link {
                    link.listens = true;
                }
                Down::Welcome { head }
            }
            Up::Send(id) => {
                self.store(state, id);
                Down::Ack(id)
            }
            Up::Sync { after } => Down::Synced { messages: (after + 1..=head).take(BATCH).collect(), head },
        };
        if let Some(link) = &mut state.pages[client].link {
            link.down.push_back(answer);
        }
    }

    /// Stores a new message and broadcasts it; ignores a repeated one.
    fn store(&self, state: &mut State, id: Id) {
        if state.stored.contains(&id) && self.without != Some(Guard::IdempotentInsert) {
            return;
        }
        state.stored.push(id);
        for client in 0..state.pages.len() {
            if state.pages[client].link.as_ref().is_some_and(|link| link.listens) {
                state.broadcast(client, state.stored.len());
            }
        }
    }

    fn is_at_rest(&self, state: &State) -> bool {
        let mut actions = Vec::new();
        self.actions(state, &mut actions);
        // Faults may happen, but need not.
        actions.iter().all(|action| {
            matches!(
                action,
                Action::Cut(_)
                    | Action::Crash
                    | Action::CrashAfterCommit(_)
                    | Action::LoseBroadcast(..)
                    | Action::DoubleBroadcast(..)
            )
        })
    }
}

/// The client.
impl Page {
    fn write(&mut self, client: Client) {
        let id = (client, self.written);
        self.written += 1;
        let open = self.link.as_mut().filter(|link| link.welcomed);
        self.outbox.push_back((id, open.is_some()));
        if let Some(link) = open {
            link.up.push_back(Up::Send(id));
        }
    }

    fn read(&mut self, frame: Down, without: Option<Guard>) {
        match frame {
            Down::Welcome { head } => self.welcome(head, without),
            Down::Ack(id) => {
                self.outbox.retain(|(waiting, _)| *waiting != id);
                self.acked.insert(id);
            }
            Down::Synced { messages, head } => {
                if let Some(link) = &mut self.link {
                    link.syncing = false;
                }
                for seq in messages {
                    if seq > self.cursor {
                        self.hear(seq);
                    }
                    self.deliver_held();
                }
                self.head = self.head.max(head);
                self.sync_if(self.cursor < self.head);
            }
            Down::Pong { total } => self.sync_if(self.cursor != total),
        }
    }

    fn welcome(&mut self, head: Seq, without: Option<Guard>) {
        self.head = self.head.max(head);
        let Some(link) = &mut self.link else { return };
        link.welcomed = true;
        for (id, sent) in &mut self.outbox {
            if !*sent || without != Some(Guard::Resend) {
                link.up.push_back(Up::Send(*id));
            }
            *sent = true;
        }
        self.sync_if(self.cursor < self.head);
    }

    /// The gate.
    fn judge(&mut self, seq: Seq, without: Option<Guard>) {
        self.head = self.head.max(seq);
        if seq <= self.cursor {
            if without == Some(Guard::Dedupe) {
                self.heard.push(seq);
            }
        } else if seq == self.cursor + 1 || without == Some(Guard::GapCheck) {
            self.hear(seq);
            self.deliver_held();
        } else if without == Some(Guard::Hold) {
            self.heard.push(seq);
        } else {
            self.held.insert(seq);
            self.sync_if(true);
        }
    }

    /// Delivers a message and moves the cursor, in one step.
    fn hear(&mut self, seq: Seq) {
        self.heard.push(seq);
        self.cursor = seq;
    }

    fn deliver_held(&mut self) {
        while self.held.first().is_some_and(|seq| *seq <= self.cursor + 1) {
            let seq = self.held.pop_first().expect("there is a first");
            if seq > self.cursor {
                self.hear(seq);
            }
        }
    }

    /// One `sync` is in flight at a time. The head in its reply, or the next digest, shows what is still missing.
    fn sync_if(&mut self, missing: bool) {
        let after = self.cursor;
        if let Some(link) = self.link.as_mut().filter(|link| missing && link.welcomed && !link.syncing) {
            link.syncing = true;
            link.up.push_back(Up::Sync { after });
        }
    }

    /// Only on a quiet connection, and if the `pong` tells something new: other pings change nothing.
    fn may_ask_for_digest(&self, total: Seq) -> bool {
        let quiet = |link: &Link| link.welcomed && link.up.is_empty() && link.down.is_empty();
        self.cursor != total && self.link.as_ref().is_some_and(quiet)
    }

    fn cut(&mut self) {
        let up = self.link.take().map(|link| link.up).unwrap_or_default();
        let messages = up.into_iter().filter_map(|frame| match frame {
            Up::Send(id) => Some(id),
            Up::Hello | Up::Sync { .. } => None,
        });
        self.stale = messages.collect();
    }

    fn heard_in_order(&self) -> bool {
        self.heard.iter().copied().eq(1..=self.cursor)
    }
}

impl State {
    fn broadcast(&mut self, client: Client, seq: Seq) {
        self.channel.push((client, seq));
        // Sorted, so that the order of arrival does not multiply the states.
        self.channel.sort_unstable();
    }

    fn take_broadcast(&mut self, client: Client, seq: Seq) {
        let at = self.channel.iter().position(|it| *it == (client, seq));
        self.channel.remove(at.expect("it is in flight"));
    }

    /// Loses everything but the database.
    fn crash(&mut self) {
        self.breaks -= 1;
        self.channel.clear();
        for page in &mut self.pages {
            page.link = None;
            page.stale.clear();
        }
    }

    fn is_stored_once(&self) -> bool {
        let of = |client: Client| self.stored.iter().filter(move |id| id.0 == client);
        (0..self.pages.len()).all(|client| of(client).is_sorted_by(|a, b| a < b))
    }

    fn is_complete(&self, model: &Delivery) -> bool {
        let sent =
            |(page, writes): (&Page, u8)| page.outbox.is_empty() && page.acked.len() == usize::from(writes);
        let heard = |page: &Page| page.cursor == self.stored.len() && page.held.is_empty();
        self.pages.iter().zip(model.writes).all(sent) && self.pages.iter().all(heard)
    }
}
