//! One browser WebSocket, from its opening until it is let go.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{CloseEvent, WebSocket};

use super::envelope::{OnControl, OnFrame, OnUnusable};
use super::{control, envelope, hub};
use crate::core::{DropReason, Event, Seq, SocketId, retry_after};

pub(super) struct Socket {
    pub(super) id: SocketId,
    pub(super) raw: WebSocket,
    // The browser holds these functions only as long as Rust does.
    _on_open: Closure<dyn Fn()>,
    _on_close: Closure<dyn Fn(CloseEvent)>,
    _on_frame: Closure<OnFrame>,
    _on_unusable: Closure<OnUnusable>,
    _on_control: Closure<OnControl>,
}

impl Socket {
    /// Starts the handshake.
    ///
    /// # Errors
    ///
    /// What the constructor throws: a url that is none, or `ws:` on an `https:` page.
    pub(super) fn open(
        id: SocketId,
        url: &str,
        frame_limit: u32,
        keepalive: &JsValue,
    ) -> Result<Self, JsValue> {
        let raw = WebSocket::new(url)?;

        let on_open = Closure::<dyn Fn()>::new(move || hub::handle(Event::Opened { socket: id }));
        let on_close = Closure::<dyn Fn(CloseEvent)>::new(move |event: CloseEvent| {
            hub::handle(Event::Closed {
                socket: id,
                code: event.code(),
                retry_after: retry_after(&event.reason()),
            });
        });
        let on_frame = Closure::<OnFrame>::new(move |slot: i32, seq: f64, characters, parsed| {
            let seq = (seq > 0.0).then_some(seq as Seq);
            hub::receive(id, u32::try_from(slot).ok(), seq, characters, parsed).map_or(-1, |held| held as i32)
        });
        let on_unusable = Closure::<OnUnusable>::new(move |characters, why| {
            // The numbers are those of envelope.js.
            let why = match why {
                0 => DropReason::Unreadable,
                1 => DropReason::NotAnObject,
                2 => DropReason::TooLong,
                _ => DropReason::SyncTooLong,
            };
            hub::act(|machine, now| machine.receive_unusable(now, id, characters, why));
        });
        let on_control =
            Closure::<OnControl>::new(move |kind, a, b, list: Vec<f64>| control::take(id, kind, a, b, &list));

        raw.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        raw.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        envelope::read(&raw, frame_limit, keepalive, &on_frame, &on_unusable, &on_control);
        Ok(Self {
            id,
            raw,
            _on_open: on_open,
            _on_close: on_close,
            _on_frame: on_frame,
            _on_unusable: on_unusable,
            _on_control: on_control,
        })
    }

    /// Its close event is not waited for (Chrome may deliver it a minute late): the handlers go first.
    pub(super) fn let_go(self) {
        self.raw.set_onopen(None);
        self.raw.set_onclose(None);
        self.raw.set_onmessage(None);
        // Closing fails only for a code that is not allowed, and 1000 is.
        let _ = self.raw.close_with_code(1000);
        // A listener may have asked for it while one of the functions was running: freed when nothing runs any more.
        spawn_local(async move { drop(self) });
    }
}
