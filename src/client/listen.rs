//! What is heard, and for how long.

use std::fmt;

use js_sys::Function;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{Id, State, state};
use crate::browser::exports::default_inbox;

/// Listens to a conversation, and connects if nobody has yet. Only frames whose `conversation_id` is this very value are
/// heard: `2` is not `"2"`.
///
/// Each frame is read into a `T`; one that does not fit is passed over. That costs several times the parse of the frame,
/// for each listener anew: a `T` of few members is cheapest, since what it does not name is not read.
/// [`exports::subscribe`](crate::exports::subscribe) hands frames on as they were parsed.
///
/// Beside messages there are histories, gaps and refusals, which a `T` of few members may fit as well: a
/// [`Frame<T>`](super::Frame) tells them apart.
pub fn listen<T: DeserializeOwned>(
    conversation_id: impl Into<Id>,
    on_frame: impl FnMut(T) + 'static,
) -> Guard {
    subscribe(conversation_id.into().into(), on_frame)
}

/// Listens to every frame, those without a `conversation_id` included; otherwise like [`listen`].
pub fn listen_all<T: DeserializeOwned>(on_frame: impl FnMut(T) + 'static) -> Guard {
    subscribe(JsValue::NULL, on_frame)
}

/// Calls back with the state whenever it has changed. It does not connect.
pub fn watch(mut on_state: impl FnMut(State) + 'static) -> Guard {
    let callback = Closure::new(move |_| on_state(state()));
    let end = default_inbox().subscribe_state(function(&callback));
    Guard::new(callback, move || call(&end))
}

fn subscribe<T: DeserializeOwned>(conversation_id: JsValue, mut on_frame: impl FnMut(T) + 'static) -> Guard {
    let callback = Closure::new(move |frame| {
        if let Ok(frame) = serde_wasm_bindgen::from_value(frame) {
            on_frame(frame);
        }
    });
    let end = default_inbox().subscribe(&conversation_id, function(&callback));
    Guard::new(callback, move || call(&end))
}

type Callback = Closure<dyn FnMut(JsValue)>;

fn call(end: &Function) {
    // It throws nothing, and gives nothing back.
    let _ = end.call0(&JsValue::UNDEFINED);
}

fn function(callback: &Callback) -> &Function {
    callback.as_ref().unchecked_ref()
}

/// Ends what it was given for when it is dropped: the closure is not called any more, not even in the round of calls
/// under way, and is freed when that is over. It may be dropped anywhere, inside of its own closure as well.
#[must_use = "dropping the guard unsubscribes immediately; bind it or call `forget()`"]
pub struct Guard(Option<Box<dyn FnOnce()>>);

impl Guard {
    fn new(callback: Callback, end: impl FnOnce() + 'static) -> Self {
        Self(Some(Box::new(move || {
            end();
            // It may be running, or be about to be called: freed when nothing else runs.
            spawn_local(async move { drop(callback) });
        })))
    }

    /// Lets what it was given for go on for as long as the page lives.
    pub fn forget(self) {
        std::mem::forget(self);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end();
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").finish_non_exhaustive()
    }
}
