// Removes one guard at a time, and prints the test that fails.
//
//     node tests/mutants/run.mjs [part of a mutation's name]
//
// Each mutation replaces a text that occurs once, in a copy of the crate outside the working tree. The run fails if a
// mutation survives, or if its text is no longer found: then update the list below.

import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {{ what: string, file: string, text: string, instead: string }} Mutation */

/** @type {Mutation[]} */
const MUTATIONS = [
  {
    what: "dedupe: a message at or below the cursor is delivered",
    file: "src/core/gate.rs",
    text: "if seq <= conversation.cursor {\n            Verdict::Drop",
    instead: "if seq <= conversation.cursor {\n            Verdict::Deliver",
  },
  {
    what: "gap check: any message above the cursor is the next one",
    file: "src/core/gate.rs",
    text: "&& seq == conversation.cursor + 1;",
    instead: "&& seq > conversation.cursor;",
  },
  {
    what: "hold: an early message is delivered at once",
    file: "src/core/gate.rs",
    text: "self.hold(slot, seq)",
    instead: "Verdict::Deliver",
  },
  {
    what: "hold: an early message is dropped",
    file: "src/core/gate.rs",
    text: "self.hold(slot, seq)",
    instead: "Verdict::Drop",
  },
  {
    what: "hold: a held message is not delivered in its turn",
    file: "src/core/gate.rs",
    text: "} else if seq == self.cursor + 1 {",
    instead: "} else if false {",
  },
  {
    what: "sync: its messages are not deduplicated",
    file: "src/core/gate.rs",
    text: "return (Verdict::Drop, None);",
    instead: "return (Verdict::Deliver, None);",
  },
  {
    what: "sync: none is sent after a reconnection",
    file: "src/core/machine.rs",
    text: "self.set_heads(heads);\n        if self.gate.any_behind() {\n            self.sync();\n        }\n        self.flush();",
    instead: "self.set_heads(heads);\n        self.flush();",
  },
  {
    what: "digest: the total in a pong is not compared",
    file: "src/core/machine.rs",
    text: "if total != self.gate.total() {",
    instead: "if total == Seq::MAX {",
  },
  {
    what: "idempotent insert: the server stores a repeated message again",
    file: "tests/simulation/server.rs",
    text: "return (known.clone(), false);",
    instead: "let _ = known;",
  },
  {
    what: "resend: messages in flight when the connection was lost are not sent again",
    file: "src/core/outbox.rs",
    text: "entry.stage = Stage::Waiting;",
    instead: "let _ = entry;",
  },
  {
    what: "acknowledgement: a message is settled when it is sent",
    file: "src/core/machine.rs",
    text: "if !kind.is_message() || self.session.settles_by_sending() {",
    instead: "if kind != Kind::Other {",
  },
  {
    what: "queue: it is dropped when the connection is lost",
    file: "src/core/machine.rs",
    text: "self.outbox.requeue(is_verdict && self.session.acks);",
    instead: "let _ = is_verdict; self.outbox = Outbox::default();",
  },
  {
    what: "welcome: messages do not wait for it",
    file: "src/core/session.rs",
    text: "            Layer::Pending => MayGo::Requests,",
    instead: "            Layer::Pending => MayGo::Everything,",
  },
  {
    what: "heartbeat: no ping is sent",
    file: "src/core/session.rs",
    text: "self.deadlines.set(Timer::Heartbeat, now.saturating_add(every))",
    instead: "{ let _ = (now, every); }",
  },
  {
    what: "dead connections: one without replies is kept",
    file: "src/core/session.rs",
    text: "if self.probed || late >= half {",
    instead: "if false {",
  },
  {
    what: "delayed alarms: one proves a dead connection",
    file: "src/core/session.rs",
    text: "if late >= HELD_UP && !self.held_up {",
    instead: "if false {",
  },
  {
    what: "stale sockets: their messages are delivered",
    file: "src/core/machine.rs",
    text: "parsed: bool,\n    ) -> Verdict {\n        if self.connection.open_socket() != Some(socket) {",
    instead: "parsed: bool,\n    ) -> Verdict {\n        if socket == SocketId::MAX {",
  },
  {
    what: "stale sockets: their closing closes the connection",
    file: "src/core/connection.rs",
    text: "if self.socket() != Some(socket) {",
    instead: "if socket == SocketId::MAX {",
  },
  {
    what: "close codes: 1000 is a lost connection",
    file: "src/core/close_code.rs",
    text: "1000 => Self::Normal,",
    instead: "1000 => Self::Lost,",
  },
  {
    what: "linger: the connection closes with its last listener",
    file: "src/core/connection.rs",
    text: "let linger = self.config.linger;",
    instead: "let linger = 0;",
  },
  {
    what: "backoff: only a connection that opens and closes at once resets it",
    file: "src/core/connection.rs",
    text: "if lasted >= STABLE_AFTER {",
    instead: "if lasted < STABLE_AFTER {",
  },
  {
    what: "users: messages in flight are reported as not sent",
    file: "src/core/machine.rs",
    text: "Outcome::Failed(Disconnected | UserChanged | NotConnected) if unanswered => {",
    instead: "Outcome::Failed(Disconnected | UserChanged | NotConnected) if unanswered && false => {",
  },
  {
    what: "users: a message sent in a listener leaves after disconnect()",
    file: "src/core/machine.rs",
    text: "Effect::Transmit { .. } | Effect::Gap(_) => {}",
    instead: "Effect::Gap(_) => {}",
  },
  {
    what: "users: a queued request is sent before the connection's user is known",
    file: "src/core/session.rs",
    text: "Layer::Pending if self.server.is_met() => MayGo::Nothing,",
    instead: "Layer::Pending if self.server.is_met() => MayGo::Requests,",
  },
  {
    what: "too large: the message that made the server close is sent again",
    file: "src/core/machine.rs",
    text: "if code == TOO_LARGE",
    instead: "if code == 0",
  },
  {
    what: "silence: it proves layer 0",
    file: "src/core/session.rs",
    text: "if self.layer() == Layer::Doubtful && self.heard && self.server.is_doubted() {",
    instead: "if self.layer() == Layer::Doubtful {",
  },
  {
    what: "silence: messages are sent on every connection",
    file: "src/core/session.rs",
    text: "Layer::Doubtful if !self.heard && !self.server.may_send_unseen() => MayGo::Nothing,",
    instead: "Layer::Doubtful if false => MayGo::Nothing,",
  },
  {
    what: "closed on hello: hello is sent again",
    file: "src/core/server.rs",
    text: "self.enabled && self.closings < CLOSINGS && self.losses < LOSSES",
    instead: "self.enabled",
  },
  {
    what: "dead connections: any frame counts as a reply",
    file: "src/core/machine.rs",
    text: "        self.count_in(characters);\n        self.hear();\n        self.stats.frames_parsed",
    instead:
      "        self.count_in(characters);\n        self.session.answered(self.now, false);\n        self.stats.frames_parsed",
  },
  {
    what: "dead connections: after a reply, the later messages have no deadline",
    file: "src/core/session.rs",
    text: "if messages || self.sync.is_some() || self.ping.is_some() {",
    instead: "if false && messages {",
  },
  {
    what: "dead connections: messages sent in doubt have no deadline",
    file: "src/core/machine.rs",
    text: "if self.outbox.any_under_way() {\n            self.session.expect_ack(now);",
    instead: "if false {\n            self.session.expect_ack(now);",
  },
  {
    what: "slow links: batches stay large",
    file: "src/core/server.rs",
    text: "BATCH >> self.strikes.min(HALVINGS)",
    instead: "BATCH",
  },
  {
    what: "slow links: the time to reply does not grow",
    file: "src/core/server.rs",
    text: "REPLY_WITHIN << self.strikes.saturating_sub(HALVINGS).min(DOUBLINGS)",
    instead: "REPLY_WITHIN",
  },
  {
    what: "too long: a reply that is too long is requested again unchanged",
    file: "src/core/machine.rs",
    text: "self.narrow = true;",
    instead: "self.narrow = false;",
  },
  {
    what: "too long: a message that cannot be read is not skipped",
    file: "src/core/machine.rs",
    text: "let gap = self.gate.skip(slot, cursor);",
    instead: "let gap = None; let _ = (slot, cursor);",
  },
  {
    what: "first welcome: messages that could not be held are not fetched",
    file: "src/core/gate.rs",
    text: "conversation.cursor = (*head).min(conversation.earliest.saturating_sub(1));",
    instead: "conversation.cursor = *head;",
  },
  {
    what: "floors: a batch with floors only does not count as progress",
    file: "src/core/machine.rs",
    text: "self.progress |= moved;",
    instead: "let _ = moved;",
  },
  {
    what: "gaps: they are reported under the id's other type",
    file: "src/core/gate.rs",
    text: "let conversation = self.entry(slot);\n        conversation.slot = slot;\n        if floor <= conversation.cursor {",
    instead: "let conversation = self.entry(slot);\n        if floor <= conversation.cursor {",
  },
  {
    what: "layers: a server that was rolled back is never used as layer 0",
    file: "src/core/server.rs",
    text: "self.met && self.silences < TRIES",
    instead: "self.met",
  },
  {
    what: "credentials: 4401 every few seconds never stops the attempts",
    file: "src/core/connection.rs",
    text: "now.saturating_sub(asked) < CREDENTIALS_LAST",
    instead: "now.saturating_sub(asked) < STABLE_AFTER",
  },
  {
    what: "other wire: a message is settled when it is sent",
    file: "src/core/session.rs",
    text: "self.layer() == Layer::Plain && !self.acks",
    instead: "self.layer() == Layer::Plain",
  },
  {
    what: "other wire: there is no window",
    file: "src/core/session.rs",
    text: "Layer::Plain if !self.acks => MayGo::Everything,",
    instead: "Layer::Plain => MayGo::Everything,",
  },
  {
    what: "other wire: an unacknowledged message has no deadline",
    file: "src/core/session.rs",
    text: "self.acks || self.is_assured()",
    instead: "self.is_assured()",
  },
  {
    what: "other wire: the time to acknowledge does not grow at once",
    file: "src/core/server.rs",
    text: "let skipped = if has_batches { 0 } else { HALVINGS };",
    instead: "let skipped = u32::from(has_batches) * 0;",
  },
  {
    what: "other wire: the time to acknowledge ends after half a minute",
    file: "src/core/session.rs",
    text: "ACK_WITHIN.max(self.server.reply_within())",
    instead: "ACK_WITHIN",
  },
  {
    what: "other wire: a message that is never acknowledged makes the client reconnect forever",
    file: "src/core/outbox.rs",
    text: "Which::StruckOut => entry.strikes >= STRIKES,",
    instead: "Which::StruckOut => false,",
  },
  {
    what: "other wire: lost connections count against a message",
    file: "src/core/machine.rs",
    text: "self.outbox.requeue(is_verdict && self.session.acks);",
    instead: "let _ = is_verdict; self.outbox.requeue(self.session.acks);",
  },
  {
    what: "other wire: waiting messages are struck as well",
    file: "src/core/outbox.rs",
    text: "u32::from(strike && entry.stage == Stage::UnderWay)",
    instead: "u32::from(strike)",
  },
  {
    what: "layer 1: dead connections count against a message",
    file: "src/core/machine.rs",
    text: "self.outbox.requeue(is_verdict && self.session.acks);",
    instead: "self.outbox.requeue(is_verdict);",
  },
  {
    what: "other wire: the server stores a repeated message again",
    file: "tests/simulation/other_wire.rs",
    text: "if !is_known {",
    instead: "if id.1 < usize::MAX {",
  },
  {
    what: "other wire: a message is sent again to a server that does not recognize it",
    file: "src/core/machine.rs",
    text: "if !self.session.resend {",
    instead: "if false {",
  },
  {
    what: "rejections: messages do not wait after a temporary one",
    file: "src/core/machine.rs",
    text: "self.session.pause(now.saturating_add(span));",
    instead: "let _ = span;",
  },
  {
    what: "immediate: a message waits for a connection",
    file: "src/core/machine.rs",
    text: "if kind == Kind::Immediate && !self.is_under_way(send) {",
    instead: "if false {",
  },
  {
    what: "immediate: a message in flight when the connection was lost is sent again",
    file: "src/core/outbox.rs",
    text: "            if entry.kind != Kind::Immediate {\n                entry.stage = Stage::Waiting;\n            }",
    instead: "            entry.stage = Stage::Waiting;",
  },
  {
    what: "immediate: a message in flight when the connection was lost is not settled",
    file: "src/core/machine.rs",
    text: "self.settle(Which::Immediate, Outcome::Failed(SendError::NotConnected));",
    instead: "",
  },
  {
    what: "immediate: a temporarily rejected message is sent again",
    file: "src/core/outbox.rs",
    text: "let is_repeated = entry.kind != Kind::Immediate;",
    instead: "let is_repeated = true;",
  },
  {
    what: "immediate: a message that the server may have stored is reported as not sent",
    file: "src/core/outbox.rs",
    text: "entry.unanswered = entry.kind.is_message();",
    instead: "entry.unanswered = entry.kind == Kind::Message;",
  },
  {
    what: "idle: a machine with queued messages is idle",
    file: "src/core/machine.rs",
    text: "self.connection.is_at_rest() && self.listeners == 0 && self.outbox.is_empty()",
    instead: "self.connection.is_at_rest() && self.listeners == 0",
  },
  {
    what: "kept: a message leaves before its record is committed",
    file: "src/core/keeper.rs",
    text: "if entry.waits_for_its_record() || room == 0 {",
    instead: "if room == 0 {",
  },
  {
    what: "kept: a storage that hangs holds messages back",
    file: "src/core/keeper.rs",
    text: "                *until = None;\n                self.is_suspect = true;",
    instead: "                self.is_suspect = true;",
  },
  {
    what: "kept: each message waits a second for a storage that hangs",
    file: "src/core/keeper.rs",
    text: "let waits = self.storage != Storage::Gone && !self.is_suspect;",
    instead: "let waits = self.storage != Storage::Gone;",
  },
  {
    what: "kept: a storage that fails is never given up",
    file: "src/core/keeper.rs",
    text: "if self.reopenings <= REOPENINGS {",
    instead: "if self.reopenings < u32::MAX {",
  },
  {
    what: "kept: a storage that fails is given up at once",
    file: "src/core/keeper.rs",
    text: "if self.reopenings <= REOPENINGS {",
    instead: "if self.reopenings == 0 {",
  },
  {
    what: "kept: records are sent in the storage's order",
    file: "src/core/keeper.rs",
    text: "earlier.1.number > last.1.number",
    instead: "earlier.1.number > u64::MAX - 1",
  },
  {
    what: "kept: own messages leave before restored ones",
    file: "src/core/keeper.rs",
    text: "self.is_confirmed && self.restored_by.is_none()",
    instead: "self.is_confirmed",
  },
  {
    what: "kept: messages leave before the user is known",
    file: "src/core/keeper.rs",
    text: "self.is_confirmed && self.restored_by.is_none()",
    instead: "self.restored_by.is_none()",
  },
  {
    what: "kept: a message is sent that the server may have forgotten",
    file: "src/core/keeper.rs",
    text: "let is_old = record.age > REMEMBERED;",
    instead: "let is_old = record.age > Millis::MAX / 2;",
  },
  {
    what: "kept: a storage opened again does not get what it lacks",
    file: "src/core/keeper.rs",
    text: "Entry { id, .. } => KeeperEffect::Put(*id),",
    instead: "Entry { .. } => continue,",
  },
  {
    what: "kept: a lost handle leaves records that count as committed",
    file: "src/core/keeper.rs",
    text: "                // The storage may have lost it.\n                entry.kept = Kept::Missing(None);",
    instead: "                // The storage may have lost it.",
  },
  {
    what: "kept: a record committed late stays",
    file: "src/core/keeper.rs",
    text: "None | Some(Entry { stage: Stage::Done, .. }) => Some(KeeperEffect::Delete(id)),",
    instead: "None | Some(Entry { stage: Stage::Done, .. }) => None,",
  },
  {
    what: "kept: a settled message's record stays",
    file: "src/core/keeper.rs",
    text: "            self.ask(KeeperEffect::Delete(id));",
    instead: "            let _ = KeeperEffect::Delete(id);",
  },
  {
    what: "kept: a failed message's record does not say so",
    file: "src/core/keeper.rs",
    text: "            self.ask(KeeperEffect::Mark(id));",
    instead: "            let _ = KeeperEffect::Mark(id);",
  },
  {
    what: "kept: a logout leaves the records",
    file: "src/core/keeper.rs",
    text: "Storage::Open => self.ask(KeeperEffect::Clear),",
    instead: "Storage::Open => {}",
  },
  {
    what: "kept: the outbox receives more than it takes",
    file: "src/core/keeper.rs",
    text: "self.limit.saturating_sub(self.count(Stage::Released))",
    instead: "usize::MAX",
  },
  {
    what: "tabs: a machine that has given up is told to try again",
    file: "src/tabs/tab.rs",
    text: "self.dial = None;\n        self.place = Place::Nowhere;\n        self.leave();",
    instead: "self.leave();",
  },
  {
    what: "tabs: a page that freezes or goes away keeps the lock",
    file: "src/tabs/tab.rs",
    text: "        self.effects.push_back(TabEffect::Unlock);\n        self.effects.push_back(TabEffect::CloseChannel);",
    instead: "        self.effects.push_back(TabEffect::CloseChannel);",
  },
  {
    what: "tabs: a page that freezes or goes away leaves the channel open",
    file: "src/tabs/tab.rs",
    text: "        self.effects.push_back(TabEffect::Unlock);\n        self.effects.push_back(TabEffect::CloseChannel);",
    instead: "        self.effects.push_back(TabEffect::Unlock);",
  },
  {
    what: "tabs: a page that goes away says no goodbye",
    file: "src/tabs/tab.rs",
    text: "        self.say(None, What::Bye);\n",
    instead: "",
  },
  {
    what: "tabs: a frozen page takes part",
    file: "src/tabs/tab.rs",
    text: "            _ if self.is_frozen => {}\n",
    instead: "",
  },
  {
    what: "tabs: a silent leader is never given up",
    file: "src/tabs/tab.rs",
    text: "            } else {\n                self.go_alone();\n            }",
    instead: "            }",
  },
  {
    what: "tabs: a tab that goes alone makes no fresh request for the lock",
    file: "src/tabs/tab.rs",
    text: "        // A queued request may wait for a page in the back/forward cache, which only a new one evicts.\n        self.effects.push_back(TabEffect::Unlock);\n        self.effects.push_back(TabEffect::Lock);\n",
    instead: "",
  },
  {
    what: "tabs: a tab that is alone never joins again",
    file: "src/tabs/tab.rs",
    text: "Role::Alone if state == LineState::Open && self.now",
    instead: "Role::Alone if false && self.now",
  },
  {
    what: "tabs: a tab that is alone joins again at once",
    file: "src/tabs/tab.rs",
    text: "self.now >= self.since.saturating_add(ALONE_FOR)",
    instead: "self.now >= self.since",
  },
  {
    what: "tabs: a leader does not step down for a later one",
    file: "src/tabs/tab.rs",
    text: "            if self.role == Role::Leading {\n                self.step_down();\n                self.turn(Role::Following);\n            } else if",
    instead: "            if",
  },
  {
    what: "tabs: the words of an earlier reign count",
    file: "src/tabs/tab.rs",
    text: "        if reign < self.reign {\n            if",
    instead: "        if false {\n            if",
  },
  {
    what: "tabs: an earlier leader is not told that it is none",
    file: "src/tabs/tab.rs",
    text: "                self.say_here_to(Some(from));\n            }\n            return false;",
    instead: "            }\n            return false;",
  },
  {
    what: "tabs: all reigns are equal",
    file: "src/tabs/tab.rs",
    text: "(reigns * TABS + Epoch::from(self.me) % TABS, self.me)",
    instead: "(1, self.me)",
  },
  {
    what: "tabs: a leader whose lock is taken goes on",
    file: "src/tabs/tab.rs",
    text: "            self.step_down();\n            self.seek();\n        }\n    }\n\n    /// A deadline",
    instead: "        }\n    }\n\n    /// A deadline",
  },
  {
    what: "tabs: a late alarm gives the leader up",
    file: "src/tabs/tab.rs",
    text: "late >= HELD_UP && !self.held_up",
    instead: "false",
  },
  {
    what: "tabs: no alarm of a hidden leader is rung",
    file: "src/tabs/tab.rs",
    text: "self.ask_at = Some(self.ask_at.map_or(at, |ask_at| ask_at.min(at)));",
    instead: "let _ = at;",
  },
  {
    what: "tabs: online and visible are not passed on",
    file: "src/tabs/tab.rs",
    text: "                self.say(None, What::Nudge);\n",
    instead: "",
  },
  {
    what: "tabs: a tab that is alone speaks as a leader",
    file: "src/tabs/tab.rs",
    text: "(self.role == Role::Leading).then_some(self.hub.line)",
    instead: "Some(self.hub.line)",
  },
  {
    what: "tabs: a follower keeps the relay of a line that is over",
    file: "src/tabs/tab.rs",
    text: "if mine != line || state != LineState::Open => self.lose(RESTART)",
    instead: "if mine != line && false => self.lose(RESTART)",
  },
  {
    what: "tabs: a frame for an earlier line is passed on",
    file: "src/tabs/tab.rs",
    text: "let fits = epoch == self.reign.0 && line == self.hub.line &&",
    instead: "let fits =",
  },
  {
    what: "tabs: the end of a line is not told",
    file: "src/tabs/tab.rs",
    text: "                self.say(None, What::Closed { line, code });\n            }\n        }\n    }",
    instead: "            }\n        }\n    }",
  },
  {
    what: "tabs: every message in flight is blamed for one that is too long",
    file: "src/tabs/tab.rs",
    text: "if blamed.is_some() { LOST } else { code }",
    instead: "code",
  },
  {
    what: "tabs: a server without layer 1 leaves the followers waiting",
    file: "src/tabs/tab.rs",
    text: "            self.hub.state = LineState::Unshared;\n",
    instead: "",
  },
  {
    what: "hub: a ping is answered while the server owes a reply",
    file: "src/tabs/hub.rs",
    text: "                if self.unanswered.is_some() {",
    instead: "                if false {",
  },
  {
    what: "hub: the followers' frames are not watched",
    file: "src/tabs/hub.rs",
    text: "            self.unanswered = Some(now);\n        }\n    }\n\n    /// The server has replied to this item",
    instead: "        }\n    }\n\n    /// The server has replied to this item",
  },
  {
    what: "hub: several syncs are sent at a time",
    file: "src/tabs/hub.rs",
    text: "if kind == ItemKind::Sync {\n            self.syncs.push_back(item);",
    instead: "if kind == ItemKind::Sync {\n            effects.push_back(TabEffect::Forward(item));",
  },
  {
    what: "hub: a reply goes to the leader",
    file: "src/tabs/hub.rs",
    text: "        route.map(|route| route.tab)",
    instead: "        route.map(|_| self.me)",
  },
  {
    what: "hub: messages do not raise the heads",
    file: "src/tabs/hub.rs",
    text: "*head = Some(head.unwrap_or(0).max(seq));",
    instead: "*head = head.or(Some(seq));",
  },
  {
    what: "hub: heads that a reply reads late lower those of messages",
    file: "src/tabs/hub.rs",
    text: "self.raise(*key, known.max(*head));",
    instead: "self.raise(*key, *head);",
  },
  {
    what: "hub: a conversation that the user has left stays",
    file: "src/tabs/hub.rs",
    text: "let before = std::mem::take(&mut self.heads);",
    instead: "let before = self.heads.clone();",
  },
];

/** The cheap tests that together need every guard. */
const TESTS = ["core", "tabs", "simulation"];
const SEEDS = "300";
/** A mutant whose tests do not finish in this time counts as caught. */
const PATIENCE_MS = 180_000;

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const copy = mkdtempSync(join(tmpdir(), "inbox-socket-mutants-"));

/** @type {import("node:child_process").ChildProcess | undefined} */
let cargo;

process.on("exit", () => {
  stop();
  rmSync(copy, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => process.exit(1));
}

/** Kills the running tests, if there are any. */
function stop() {
  if (cargo?.pid !== undefined) {
    process.kill(-cargo.pid, "SIGKILL");
  }
}

/** Copies only what those tests need: the other development dependencies would take longer to build than the mutants. */
function prepare() {
  for (const path of ["src", "Cargo.lock", ...TESTS.map((name) => join("tests", name))]) {
    cpSync(join(root, path), join(copy, path), { recursive: true });
  }
  const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
  const without = manifest.replace(/^\[target\.'cfg\(not\(.*\.dev-dependencies\]\n(?:.+\n)*/m, "");
  writeFileSync(join(copy, "Cargo.toml"), without);
}

/**
 * Runs the tests. Returns the names of those that fail.
 *
 * @returns {Promise<string[]>}
 */
function failures() {
  const tests = TESTS.flatMap((name) => ["--test", name]);
  const child = spawn("cargo", ["test", "--profile", "sim", "--no-fail-fast", ...tests], {
    cwd: copy,
    env: {
      ...process.env,
      CARGO_TARGET_DIR: join(copy, "target"),
      SEEDS,
      RUST_BACKTRACE: "0",
      RUSTFLAGS: "-A warnings",
    },
    // In a separate process group, so that stop() also kills a test that hangs.
    detached: true,
  });
  cargo = child;
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (/** @type {string} */ text) => (output += text));
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(stop, PATIENCE_MS);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      cargo = undefined;
      const failed = [...output.matchAll(/^test (\S+) \.\.\. FAILED$/gm)].map(([, name]) => String(name));
      if (code === null) {
        resolve([...failed, "a test that does not finish"]);
      } else if (code !== 0 && failed.length === 0) {
        reject(new Error(`the tests did not run:\n${output.slice(-4000)}`));
      } else {
        resolve(failed);
      }
    });
  });
}

/**
 * @param {Mutation} mutation
 * @returns {Promise<string[]>}
 */
async function caughtBy({ what, file, text, instead }) {
  const path = join(copy, file);
  const source = readFileSync(path, "utf8");
  if (source.split(text).length !== 2) {
    throw new Error(`the text of “${what}” must occur once in ${file}; got ${source.split(text).length - 1} times`);
  }
  writeFileSync(
    path,
    source.replace(text, () => instead),
  );
  try {
    return await failures();
  } finally {
    writeFileSync(path, source);
  }
}

async function run() {
  const wanted = process.argv[2] ?? "";
  prepare();
  const before = await failures();
  if (before.length > 0) {
    throw new Error(`without any mutation, these tests fail: ${before.join(", ")}`);
  }
  let survived = 0;
  for (const mutation of MUTATIONS.filter(({ what }) => what.includes(wanted))) {
    const [first, ...others] = await caughtBy(mutation);
    survived += Number(first === undefined);
    const more = others.length > 0 ? ` and ${others.length} more` : "";
    console.log(`${mutation.what}\n    ${first === undefined ? "SURVIVED" : `caught by ${first}${more}`}`);
  }
  return survived;
}

const survived = await run();
console.log(survived === 0 ? "\nEvery mutation was caught." : `\n${survived} survived.`);
process.exitCode = survived === 0 ? 0 : 1;
