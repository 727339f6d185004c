//! The herd: ten thousand clients lose the server in the same instant. Which share of them reconnects in the busiest
//! second after the server has returned?
//!
//! Ours are real cores in virtual time, each with its own seed. The rules of other common clients are reimplemented
//! from their sources, with their defaults:
//!
//! | rule | source |
//! | --- | --- |
//! | Phoenix | phoenixframework/phoenix, `assets/js/phoenix/socket.js` and `timer.js` |
//! | socket.io | socketio/socket.io, `packages/socket.io-client/lib/manager.ts` and `lib/contrib/backo2.ts` |
//! | centrifuge-js | centrifugal/centrifuge-js, `src/centrifuge.ts` and `src/utils.ts` |
//! | SignalR | dotnet/aspnetcore, `src/SignalR/clients/ts/signalr/src/DefaultReconnectPolicy.ts` |
//!
//! ```text
//! cargo test --profile sim --test herd -- --nocapture     # prints the table, as `make herd`
//! ```

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

#[allow(dead_code, reason = "the simulation uses all of it")]
#[path = "simulation/dice.rs"]
mod dice;

use std::fmt;

use dice::Dice;
use inbox_socket::core::{Config, Effect, Event, Machine, Millis, SocketId};

const CLIENTS: u64 = 10_000;

/// How the server disconnects its clients, and how long it is gone.
#[derive(Clone, Copy)]
struct Trouble {
    code: u16,
    hint: Option<Millis>,
    lasts: Millis,
}

/// 1012 without a hint, and back after two seconds.
const RESTART: Trouble = Trouble { code: 1012, hint: None, lasts: 2_000 };
/// A longer restart: the spread must not fit only one length.
const SLOW_RESTART: Trouble = Trouble { lasts: 5_000, ..RESTART };
/// The restart of our server, whose hint is ten milliseconds for each client, and at most a minute.
const HINTED: Trouble = Trouble { hint: Some(60_000), ..RESTART };
const OUTAGE: Trouble = Trouble { code: 1006, hint: None, lasts: 30_000 };
const BLIP: Trouble = Trouble { code: 1006, hint: None, lasts: 0 };

/// A client that reconnects.
trait Client {
    /// The connection or the attempt has failed. Returns the time of the next attempt, if there is one.
    fn lost(&mut self, now: Millis, code: u16, hint: Option<Millis>) -> Option<Millis>;
}

/// A real core.
struct Ours {
    machine: Machine,
    socket: SocketId,
}

impl Ours {
    fn new(seed: u64) -> Self {
        let mut machine = Machine::new(Config::default(), seed);
        machine.subscribe(0);
        let mut ours = Self { machine, socket: 0 };
        ours.carry_out();
        ours.machine.handle(0, Event::Opened { socket: ours.socket });
        ours.carry_out();
        ours
    }

    fn carry_out(&mut self) {
        while let Some(effect) = self.machine.poll_effect() {
            if let Effect::Connect(socket) = effect {
                self.socket = socket;
            }
        }
    }
}

impl Client for Ours {
    fn lost(&mut self, now: Millis, code: u16, hint: Option<Millis>) -> Option<Millis> {
        let lost = self.socket;
        self.machine.handle(now, Event::Closed { socket: lost, code, retry_after: hint });
        self.carry_out();
        let at = self.machine.next_deadline()?;
        self.machine.handle(at, Event::Alarm);
        self.carry_out();
        assert_ne!(self.socket, lost, "the wait is the only deadline");
        Some(at)
    }
}

/// A client that waits by the number of the attempt, from 0; `None` gives up.
struct Theirs {
    rule: Rule,
    attempt: u32,
    dice: Dice,
}

impl Client for Theirs {
    fn lost(&mut self, now: Millis, _code: u16, _hint: Option<Millis>) -> Option<Millis> {
        let wait = (self.rule)(self.attempt, &mut self.dice)?;
        self.attempt += 1;
        Some(now + wait)
    }
}

type Rule = fn(u32, &mut Dice) -> Option<Millis>;

const THEIRS: [(&str, Rule); 4] =
    [("Phoenix", phoenix), ("socket.io", socket_io), ("centrifuge-js", centrifuge), ("SignalR", signalr)];

fn phoenix(attempt: u32, _dice: &mut Dice) -> Option<Millis> {
    let steps = [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000];
    Some(steps.get(attempt as usize).copied().unwrap_or(5_000))
}

/// The jitter is applied before the cap, so about half of the clients at the cap wait equally long. One random number
/// decides both its size and its direction.
fn socket_io(attempt: u32, dice: &mut Dice) -> Option<Millis> {
    let wait = 1_000.0 * 2f64.powi(attempt as i32);
    let drawn = unit(dice);
    let stray = (drawn * 0.5 * wait).floor();
    let wait = if ((drawn * 10.0) as u64).is_multiple_of(2) { wait - stray } else { wait + stray };
    Some(wait.min(5_000.0) as Millis)
}

fn centrifuge(attempt: u32, dice: &mut Dice) -> Option<Millis> {
    let (min, max) = (500, 20_000);
    let span = (min << attempt.min(31)).min(max);
    Some((min + dice.between(0, span)).min(max))
}

/// Four attempts.
fn signalr(attempt: u32, _dice: &mut Dice) -> Option<Millis> {
    [0, 2_000, 10_000, 30_000].get(attempt as usize).copied()
}

fn unit(dice: &mut Dice) -> f64 {
    dice.between(0, 999_999_999) as f64 / 1e9
}

/// How the clients reconnected.
struct Return {
    /// When each attempt reached the server, in ms after its return, in order.
    reached: Vec<Millis>,
}

impl Return {
    /// Simulates the clients one by one, because they are independent of each other.
    fn of<C: Client>(trouble: Trouble, client: impl Fn(u64) -> C) -> Self {
        let mut reached: Vec<Millis> =
            (0..CLIENTS).filter_map(|seed| play(trouble, seed, &mut client(seed))).collect();
        reached.sort_unstable();
        Self { reached }
    }

    fn of_theirs(trouble: Trouble, rule: Rule) -> Self {
        Self::of(trouble, |seed| Theirs { rule, attempt: 0, dice: Dice::new(seed) })
    }

    /// The share of all clients in the busiest second, whenever it begins.
    fn busiest(&self) -> f64 {
        let within = |first: &Millis| self.reached.partition_point(|at| *at < first + 1_000);
        let counts = self.reached.iter().enumerate().map(|(n, first)| within(first) - n);
        counts.max().unwrap_or(0) as f64 / CLIENTS as f64
    }

    /// How long after the server's return this share of all clients had reconnected.
    fn back(&self, share: f64) -> Option<Millis> {
        let count = (share * CLIENTS as f64) as usize;
        self.reached.get(count.saturating_sub(1)).copied()
    }

    /// Asserts that ours meets its target.
    fn within(self, share: f64) -> Self {
        assert_eq!(self.reached.len() as u64, CLIENTS, "all clients reconnect");
        assert!(
            self.busiest() <= share,
            "the busiest second must be at most {share}; got {}",
            self.busiest()
        );
        self
    }
}

const HEADS: &str = "  busiest      half       all";

impl fmt::Display for Return {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds =
            |at: Option<Millis>| at.map_or("never".to_owned(), |at| format!("{:.1} s", at as f64 / 1e3));
        let (half, all) = (seconds(self.back(0.5)), seconds(self.back(1.0)));
        write!(f, "{:>9.3} {half:>9} {all:>9}", self.busiest())
    }
}

/// Returns when this client reaches the server, in ms after its return.
fn play(trouble: Trouble, seed: u64, client: &mut impl Client) -> Option<Millis> {
    // One-way latency. A server that is gone refuses attempts.
    let distance = Dice::new(!seed).between(10, 100);
    let mut at = client.lost(distance, trouble.code, trouble.hint)?;
    while at + distance < trouble.lasts {
        at = client.lost(at + 2 * distance, 1006, None)?;
    }
    Some(at + distance - trouble.lasts)
}

#[test]
fn ten_thousand_clients_come_back_spread_out() {
    let ours = Return::of(RESTART, Ours::new).within(0.12);
    let slow = Return::of(SLOW_RESTART, Ours::new).within(0.12);
    let hinted = Return::of(HINTED, Ours::new).within(0.12);
    let outage = Return::of(OUTAGE, Ours::new).within(0.10);

    println!(
        "{CLIENTS} clients, and the share of them that reaches the server in the busiest second after its"
    );
    println!("return; then how long it takes until half of them, and all of them, have reconnected.\n");
    println!("{:30} {:^29} {:^29}", "", "restart, 2 s", "outage, 30 s");
    println!("{:30} {HEADS} {HEADS}", "");
    println!("{:30} {ours} {outage}", "inbox-socket");
    println!("{:30} {hinted}", "  with its server's hint");
    println!("{:30} {slow}", "  where the restart takes 5 s");
    for (name, rule) in THEIRS {
        println!("{name:30} {} {}", Return::of_theirs(RESTART, rule), Return::of_theirs(OUTAGE, rule));
    }
}

/// The network fails and returns, without a close code.
#[test]
fn ten_thousand_clients_come_back_spread_out_after_an_outage_of_any_length() {
    println!("The same share after an outage of 1 to 30 s.\n");
    print!("{:30}", "");
    for seconds in SHOWN_OUTAGES {
        print!("{:>8}", format!("{seconds} s"));
    }
    println!("{:>8}", "worst");
    print_outages("inbox-socket", |outage| Return::of(outage, Ours::new).within(0.35));
    for (name, rule) in THEIRS {
        print_outages(name, |outage| Return::of_theirs(outage, rule));
    }
}

const SHOWN_OUTAGES: [Millis; 6] = [1, 2, 5, 10, 15, 30];

fn print_outages(name: &str, play: impl Fn(Trouble) -> Return) {
    print!("{name:30}");
    let mut worst = 0.0_f64;
    for seconds in 1..=30 {
        let busiest = play(Trouble { lasts: seconds * 1_000, ..OUTAGE }).busiest();
        worst = worst.max(busiest);
        if SHOWN_OUTAGES.contains(&seconds) {
            print!("{busiest:>8.3}");
        }
    }
    println!("{worst:>8.3}");
}

#[test]
fn a_lone_clients_blip_is_over_after_the_first_wait() {
    for seed in 0..CLIENTS {
        let distance = 100;
        let at = Ours::new(seed).lost(distance, BLIP.code, BLIP.hint).expect("an attempt");
        assert!((400..=600).contains(&(at - distance)), "seed {seed}: {} ms", at - distance);
    }
}
