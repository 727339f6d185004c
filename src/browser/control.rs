//! The frames of layer 1 that are not messages: control.js has read them, the machine decides upon them.

use super::hub;
use crate::core::{Millis, Seq, Slot, SocketId};

/// Takes in one part of a control frame. The kinds are those of control.js; what `a`, `b` and `list` mean is said
/// there for each. A list has slots and numbers in turn.
pub(super) fn take(socket: SocketId, kind: u32, a: f64, b: f64, list: &[f64]) -> bool {
    let pairs = || -> Vec<(Slot, Seq)> {
        let pairs = list.chunks_exact(2);
        pairs.filter_map(|pair| Some((*pair.first()? as Slot, *pair.last()? as Seq))).collect()
    };
    let is_set = |ms: f64| (ms > 0.0).then_some(ms as Millis);
    match kind {
        0 => hub::act(|machine, now| machine.welcomed(now, socket, is_set(a), &pairs())),
        1 => hub::act(|machine, now| machine.user_changed(now)),
        2 => return hub::act(|machine, now| machine.hello_ignored(now, socket, a > 0.0)),
        3 => hub::act(|machine, now| machine.acknowledged(now, socket, a as u32)),
        4 => hub::act(|machine, now| machine.refused(now, socket, a as u32, is_set(b))),
        5 => hub::act(|machine, now| machine.ponged(now, socket, a as u32, b as Seq)),
        6 => return hub::act(|machine, now| machine.begin_synced(now, socket, a as u32, &pairs())),
        7 => return hub::act(|machine, _| machine.receive_synced(socket, a as Slot, b as Seq)),
        8 => hub::deliver(),
        9 => hub::act(|machine, now| machine.synced(now, socket, &pairs(), a > 0.0)),
        10 => return hub::act(|machine, now| machine.sync_refused(now, socket, a as u32, b as Millis)),
        // Counts, and asks for nothing.
        11 => hub::with(|hub| hub.machine.receive_control(socket, a as u32)),
        // A frame like any other of the application's, which control.js has answered.
        _ => {
            hub::act(|machine, _| machine.receive(socket, None, None, a as u32, true));
        }
    }
    true
}
