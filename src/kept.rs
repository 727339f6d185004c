//! The exports of the npm package's second, small wasm, which a page with the option `persist` loads beside the core:
//! [`core::keeper`](crate::core::keeper), as a function of numbers. `pkg/lib/persist/queue.js` calls it, and has one
//! instance for each queue.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::core::Millis;
use crate::core::keeper::{Keeper, KeeperEffect, Keeping, KeptId, Record, Settlement};

#[cfg(feature = "npm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

thread_local! {
    static KEEPER: RefCell<Option<Keeper>> = const { RefCell::new(None) };
}

/// Returned for none.
const NONE: f64 = -1.0;

/// An effect is passed as its number plus this times the id: see `pkg/lib/persist/numbers.js`.
const EFFECTS: f64 = 8.0;

/// Calls the keeper: `pkg/lib/persist/numbers.js` names the values of `what`. One function, because each export would borrow the
/// keeper for itself, in a hundred bytes.
#[wasm_bindgen(js_name = call)]
#[allow(unreachable_pub, reason = "it is exported to JavaScript")]
pub fn call(what: u32, now: f64, a: f64, b: f64, c: f64, d: f64) -> f64 {
    KEEPER.with_borrow_mut(|keeper| {
        let keeper = keeper.get_or_insert_with(|| Keeper::new(now as Millis, a as usize));
        run(keeper, what, now as Millis, a, [b, c, d])
    })
}

fn run(keeper: &mut Keeper, what: u32, now: Millis, a: f64, rest: [f64; 3]) -> f64 {
    let id = a as KeptId;
    match what {
        1 => {
            let keeping = match a as u32 {
                0 => Keeping::Kept,
                1 => Keeping::Passing,
                _ => Keeping::Immediate,
            };
            return keeper.accept(now, keeping).map_or(NONE, f64::from);
        }
        2 => keeper.opened(now),
        3 => keeper.committed(now, id),
        4 => keeper.deleted(now, id),
        5 => keeper.faulted(now),
        6 => {
            let [number, age, has_failed] = rest;
            return f64::from(keeper.restore(Record {
                origin: a as u32,
                number: number as u64,
                age: age as Millis,
                has_failed: has_failed > 0.0,
            }));
        }
        7 => keeper.restored(now, a > 0.0),
        8 => keeper.doubt(),
        9 => keeper.confirm(now),
        10 => {
            let how = if rest[0] > 0.0 { Settlement::Failed } else { Settlement::Done };
            keeper.settled(now, id, how);
        }
        11 => return number_of(keeper.resend(now, id)),
        12 => return number_of(keeper.discard(now, id)),
        13 => keeper.abandon(now),
        14 => keeper.alarm(now),
        15 => return keeper.poll_effect().map_or(NONE, number_of_effect),
        16 => return keeper.next_deadline().map_or(NONE, |at| at as f64),
        17 => return number_of(keeper.has_failed(id)),
        18 => return keeper.waiting() as f64,
        19 => return number_of(keeper.is_in_doubt()),
        // Begins.
        _ => {}
    }
    0.0
}

fn number_of(flag: bool) -> f64 {
    f64::from(u8::from(flag))
}

fn number_of_effect(effect: KeeperEffect) -> f64 {
    let (number, id) = match effect {
        KeeperEffect::Open => (0.0, 0),
        KeeperEffect::Close => (1.0, 0),
        KeeperEffect::Put(id) => (2.0, id),
        KeeperEffect::Delete(id) => (3.0, id),
        KeeperEffect::Mark(id) => (4.0, id),
        KeeperEffect::Clear => (5.0, 0),
        KeeperEffect::Release(id) => (6.0, id),
        KeeperEffect::Expire(id) => (7.0, id),
    };
    number + EFFECTS * f64::from(id)
}
