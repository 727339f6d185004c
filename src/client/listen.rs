//! Subscriptions: listeners, and the guards that end them.

use std::fmt;

use js_sys::Function;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::inbox::state_of;
use super::{Id, Inbox, State};

/// Listens to a conversation, and connects if the page is not connected yet. The listener receives only
/// frames with exactly this `conversation_id`: the number `2` and the string `"2"` are different.
///
/// Deserializes each frame as a `T`, and skips frames that don't fit. This costs several times the parse of
/// the frame, for each listener again. A `T` with few members is cheapest, because members that it does not
/// name are not read. [`exports::subscribe`](crate::exports::subscribe) passes on the parsed frames without
/// this cost.
///
/// Histories, gaps and errors may also fit a `T` with few members; [`Frame<T>`](super::Frame) distinguishes
/// them.
pub fn listen<T: DeserializeOwned>(
    conversation_id: impl Into<Id>,
    on_frame: impl FnMut(T) + 'static,
) -> Guard {
    Inbox::page().listen(conversation_id, on_frame)
}

/// Listens to every frame, including those without a `conversation_id`; otherwise like [`listen`].
pub fn listen_all<T: DeserializeOwned>(on_frame: impl FnMut(T) + 'static) -> Guard {
    Inbox::page().listen_all(on_frame)
}

/// Calls `on_state` after each change of the public state. Does not connect.
pub fn watch(on_state: impl FnMut(State) + 'static) -> Guard {
    Inbox::page().watch(on_state)
}

impl Inbox {
    /// Like [`listen`].
    pub fn listen<T: DeserializeOwned>(
        &self,
        conversation_id: impl Into<Id>,
        on_frame: impl FnMut(T) + 'static,
    ) -> Guard {
        self.subscribe(conversation_id.into().into(), on_frame)
    }

    /// Like [`listen_all`].
    pub fn listen_all<T: DeserializeOwned>(&self, on_frame: impl FnMut(T) + 'static) -> Guard {
        self.subscribe(JsValue::NULL, on_frame)
    }

    /// Like [`watch`].
    pub fn watch(&self, mut on_state: impl FnMut(State) + 'static) -> Guard {
        let number = self.number();
        let callback = Closure::new(move |_| on_state(state_of(number)));
        let end = self.js().subscribe_state(function(&callback));
        self.guard(callback, end)
    }

    fn subscribe<T: DeserializeOwned>(
        &self,
        conversation_id: JsValue,
        mut on_frame: impl FnMut(T) + 'static,
    ) -> Guard {
        let callback = Closure::new(move |frame| {
            if let Ok(frame) = serde_wasm_bindgen::from_value(frame) {
                on_frame(frame);
            }
        });
        let end = self.js().subscribe(&conversation_id, function(&callback));
        self.guard(callback, end)
    }

    /// `end` unsubscribes.
    fn guard(&self, callback: Callback, end: Function) -> Guard {
        let inbox = self.clone();
        Guard(Some(Box::new(move || {
            // It neither throws nor returns a value.
            let _ = end.call0(&JsValue::UNDEFINED);
            drop(inbox);
            // The closure may be running, so it is freed in a later task.
            spawn_local(async move { drop(callback) });
        })))
    }
}

type Callback = Closure<dyn FnMut(JsValue)>;

fn function(callback: &Callback) -> &Function {
    callback.as_ref().unchecked_ref()
}

/// Ends the subscription when it is dropped: the closure is not called again, not even by a dispatch in
/// progress, and is freed after that. You may drop the guard anywhere, also inside its own closure.
#[must_use = "dropping the guard unsubscribes immediately; bind it or call `forget()`"]
pub struct Guard(Option<Box<dyn FnOnce()>>);

impl Guard {
    /// Keeps the subscription until the page is unloaded.
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
