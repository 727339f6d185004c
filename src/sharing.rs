//! What the core of a page with the option `share` exports besides the inbox: [`tabs`](crate::tabs), as a function of
//! numbers, which `pkg/lib/share/share.js` calls.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::core::{Millis, Seq};
use crate::tabs::{ItemKind, Key, LineState, Role, Tab, TabEffect, What, Word};

/// One for each inbox and user, kept until the page ends: a few hundred bytes.
#[derive(Default)]
struct Shell {
    tab: Option<Tab>,
    /// Keys and numbers that JavaScript passes for its next call.
    pairs: Vec<(Key, Seq)>,
    /// What the latest effect consists of, besides its number.
    parts: [f64; 5],
    /// The heads for the latest `welcome`.
    heads: Vec<(Key, Seq)>,
}

thread_local! {
    static SHELLS: RefCell<Vec<Shell>> = const { RefCell::new(Vec::new()) };
}

/// Stands for none.
const NONE: f64 = -1.0;

/// Calls the tab of the shell with this index: `pkg/lib/share/numbers.js` names the values of `what`. One function,
/// because each export would borrow the tab for itself, in a hundred bytes.
#[wasm_bindgen(js_name = callTab)]
#[allow(unreachable_pub, reason = "it is exported to JavaScript")]
#[allow(clippy::too_many_arguments, reason = "an array would have to be copied through memory")]
pub fn call_tab(shell: usize, what: u32, now: f64, a: f64, b: f64, c: f64, d: f64, e: f64) -> f64 {
    SHELLS.with_borrow_mut(|shells| {
        if shells.len() <= shell {
            shells.resize_with(shell + 1, Shell::default);
        }
        shells.get_mut(shell).map_or(NONE, |shell| run(shell, what, now as Millis, [a, b, c, d, e]))
    })
}

fn run(shell: &mut Shell, what: u32, now: Millis, numbers: [f64; 5]) -> f64 {
    let [a, b, c, d, e] = numbers;
    let tab = shell.tab.get_or_insert_with(|| Tab::new(a as u32));
    match what {
        1 => tab.connect(now, a as u32),
        2 => tab.disconnect(now, a as u32),
        3 => tab.rest(now),
        4 => return number_of(tab.speak_up(now)),
        5 => tab.freeze(now),
        6 => tab.thaw(now),
        7 => tab.set_visible(now, a > 0.0),
        8 => tab.online(now),
        9 => tab.granted(now, a as u64),
        10 => tab.lock_lost(now),
        11 => tab.alarm(now),
        12 => return tab.next_deadline().map_or(NONE, |at| at as f64),
        13 => {
            let Some(what) = word_of(c, d, e) else { return 0.0 };
            return f64::from(u8::from(tab.hear(now, Word { from: a as u32, epoch: b as u64, what })));
        }
        14 => return f64::from(tab.line_closed(now, a as u16)),
        15 => shell.pairs.push((a as Key, b as Seq)),
        16 => tab.welcomed(now, &std::mem::take(&mut shell.pairs)),
        17 => tab.unshared(now),
        18 => tab.set_heads(&std::mem::take(&mut shell.pairs)),
        19 => tab.pushed(a as Key, b as Seq),
        20 => tab.ask_server(now, a as u32, b as u32, kind_of(c), d as u32),
        21 => return number_of(tab.answered(now, a as u32)),
        22 => {
            let Some(effect) = tab.poll_effect() else { return NONE };
            if let TabEffect::Say { what: What::Opened { .. }, .. } = effect {
                shell.heads = tab.heads().collect();
            }
            let (number, parts) = numbers_of_effect(effect);
            shell.parts = parts;
            return number;
        }
        23 => return shell.parts.get(a as usize).copied().unwrap_or(NONE),
        24 => return shell.heads.get(a as usize).map_or(NONE, |(key, _)| f64::from(*key)),
        25 => return shell.heads.get(a as usize).map_or(NONE, |(_, seq)| *seq as f64),
        26 => {
            return match tab.role() {
                Role::Away => 0.0,
                Role::Seeking => 1.0,
                Role::Following => 2.0,
                Role::Leading => 3.0,
                Role::Alone => 4.0,
            };
        }
        27 => return number_of(tab.line()),
        28 => return tab.epoch() as f64,
        29 => return f64::from(tab.leader()),
        // Begins.
        _ => {}
    }
    0.0
}

fn number_of(number: Option<u32>) -> f64 {
    number.map_or(NONE, f64::from)
}

fn kind_of(number: f64) -> ItemKind {
    match number as u32 {
        0 => ItemKind::Hello,
        1 => ItemKind::Ping,
        2 => ItemKind::Sync,
        3 => ItemKind::History,
        4 => ItemKind::Message,
        _ => ItemKind::Other,
    }
}

/// A word passes as the number of its kind and two numbers.
fn word_of(kind: f64, a: f64, b: f64) -> Option<What> {
    Some(match kind as u32 {
        0 => What::Who { joins: (a >= 0.0).then_some(a as u32) },
        1 => What::Nudge,
        2 => What::Up { line: a as u32 },
        3 => What::Bye,
        4 => {
            let state = match b as u64 % 4 {
                1 => LineState::Open,
                2 => LineState::Unshared,
                _ => LineState::Closed,
            };
            What::Here { line: a as u32, state, due: (b as u64 / 4).checked_sub(1) }
        }
        5 => What::Opened { dial: a as u32, line: b as u32 },
        6 => What::Down { line: a as u32 },
        7 => What::Closed { line: a as u32, code: b as u16 },
        _ => return None,
    })
}

fn numbers_of_word(what: What) -> [f64; 3] {
    match what {
        What::Who { joins } => [0.0, number_of(joins), 0.0],
        What::Nudge => [1.0, 0.0, 0.0],
        What::Up { line } => [2.0, f64::from(line), 0.0],
        What::Bye => [3.0, 0.0, 0.0],
        What::Here { line, state, due } => {
            let state = match state {
                LineState::Closed => 0.0,
                LineState::Open => 1.0,
                LineState::Unshared => 2.0,
            };
            [4.0, f64::from(line), state + 4.0 * due.map_or(0.0, |due| due as f64 + 1.0)]
        }
        What::Opened { dial, line } => [5.0, f64::from(dial), f64::from(line)],
        What::Down { line } => [6.0, f64::from(line), 0.0],
        What::Closed { line, code } => [7.0, f64::from(line), f64::from(code)],
    }
}

fn numbers_of_effect(effect: TabEffect) -> (f64, [f64; 5]) {
    let one = |number: f64, part: u32| (number, [f64::from(part), 0.0, 0.0, 0.0, 0.0]);
    match effect {
        TabEffect::OpenChannel => one(0.0, 0),
        TabEffect::CloseChannel => one(1.0, 0),
        TabEffect::Lock => one(2.0, 0),
        TabEffect::Unlock => one(3.0, 0),
        TabEffect::Say { to, epoch, what } => {
            let [kind, a, b] = numbers_of_word(what);
            (4.0, [number_of(to), epoch as f64, kind, a, b])
        }
        TabEffect::Dial(dial) => one(5.0, dial),
        TabEffect::Relay(dial) => one(6.0, dial),
        TabEffect::Lose { code } => one(7.0, u32::from(code)),
        TabEffect::Wake => one(8.0, 0),
        TabEffect::Ring => one(9.0, 0),
        TabEffect::Forward(item) => one(10.0, item),
        TabEffect::Pong { item, total } => (11.0, [f64::from(item), total as f64, 0.0, 0.0, 0.0]),
        TabEffect::Forget(item) => one(12.0, item),
        TabEffect::Ping => one(13.0, 0),
    }
}
