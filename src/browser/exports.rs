//! The JavaScript API, exported to JavaScript with the feature `npm`. `pkg/index.d.ts` documents it for those who use it.

use std::cell::Cell;

use js_sys::{Array, Function, Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::{
    address::Address,
    clock, envelope,
    envelope::{Draft, Listener},
    hub,
    hub::{FRAME_LIMIT, MESSAGE_LIMIT, Shell},
};
use crate::core::{Config, Event, Kind, Millis, Phase, SendId};

/// Subscribes to a conversation (`null` or `undefined`: to all), with the connection's members at hand.
#[cfg_attr(feature = "npm", wasm_bindgen(js_name = useWebSocket))]
pub fn use_web_socket(conversation_id: JsValue, on_message: &Function) -> Subscription {
    Subscription::begin(conversation_id, on_message, true)
}

/// Subscribes a listener; the function returned ends it.
#[cfg_attr(feature = "npm", wasm_bindgen)]
pub fn subscribe(conversation_id: JsValue, listener: &Function) -> JsValue {
    let subscription = Subscription::begin(conversation_id, listener, false);
    Closure::once_into_js(move || subscription.release())
}

/// Sends `{conversation_id, message, type}`; the promise tells how it ended.
#[cfg_attr(feature = "npm", wasm_bindgen(js_name = sendMessage))]
pub fn send_message(conversation_id: &JsValue, message: &JsValue, kind: &JsValue) -> Promise {
    let (named, limit) = hub::with(|hub| (hub.protocol >= 1, hub.shell.message_limit));
    post(Kind::Message, envelope::draft_message(conversation_id, message, kind, named, limit))
}

/// Asks for a conversation's history; the reply arrives at its listeners.
#[cfg_attr(feature = "npm", wasm_bindgen(js_name = requestMessages))]
pub fn request_messages(conversation_id: &JsValue) -> Promise {
    post(Kind::Request, envelope::draft_request(conversation_id, message_limit()))
}

/// Sends a frame of the application's own.
#[cfg_attr(feature = "npm", wasm_bindgen)]
pub fn send(frame: &JsValue) -> Promise {
    post(Kind::Other, envelope::draft_frame(frame, message_limit()))
}

/// Connects now, from any state in which somebody listens.
#[cfg_attr(feature = "npm", wasm_bindgen)]
pub fn retry() {
    hub::handle(Event::Retry);
}

/// Closes the connection with 1000 and fails what is queued, until somebody asks for it again.
#[cfg_attr(feature = "npm", wasm_bindgen)]
pub fn disconnect() {
    envelope::forget_user();
    hub::handle(Event::Disconnect);
}

/// Another user has signed in: ends the connection, fails what is queued, and connects anew for this one.
#[cfg_attr(feature = "npm", wasm_bindgen(js_name = changeUser))]
pub fn change_user() {
    envelope::forget_user();
    hub::handle(Event::UserChanged);
}

/// The connection's public state, as a new plain object.
#[cfg_attr(feature = "npm", wasm_bindgen(js_name = getState))]
pub fn get_state() -> JsValue {
    let status = hub::with(|hub| hub.machine.status());
    to_js(&State {
        is_connected: status.is_connected,
        is_connecting: status.is_connecting,
        error: status.error.map(|error| error.text()),
        reconnect_attempts: status.reconnect_attempts,
    })
}

/// Calls back whenever the public state has changed; the function returned ends it.
#[cfg_attr(feature = "npm", wasm_bindgen(js_name = subscribeState))]
pub fn subscribe_state(listener: Function) -> JsValue {
    let id = hub::watch(listener);
    Closure::once_into_js(move || hub::unwatch(id))
}

/// The counters, as a new plain object.
#[cfg_attr(feature = "npm", wasm_bindgen(js_name = getStats))]
pub fn get_stats() -> JsValue {
    let now = clock::now();
    to_js(&hub::with(|hub| hub.machine.stats(now)))
}

/// Where the connection is in its life: the milliseconds until the next attempt, or below zero a name in
/// `pkg/lib/diagnosis/inspect.js`. One number, because whatever more would cross costs every page something.
#[cfg_attr(feature = "npm", wasm_bindgen)]
pub fn inspect() -> f64 {
    let now = clock::now();
    let name = match hub::with(|hub| hub.machine.phase(now)) {
        Phase::Waiting { next_attempt_in } => return next_attempt_in as f64,
        Phase::Idle => 1,
        Phase::Connecting => 2,
        Phase::GivenUp => 3,
        Phase::Ended => 4,
        Phase::Refused => 5,
        Phase::Connected(layer) => 6 + layer as i32,
    };
    -f64::from(name)
}

/// Whether the present socket has this frame.
#[cfg_attr(feature = "npm", wasm_bindgen(js_name = isUnderWay))]
pub fn is_under_way(send: SendId) -> bool {
    hub::with(|hub| hub.machine.is_under_way(send))
}

/// Sets options, before first use. `pkg/lib/options.js` has validated them and said what was wrong with which; what
/// is of another type here counts as not set.
#[cfg_attr(feature = "npm", wasm_bindgen)]
pub fn configure(options: &JsValue) {
    // Read one by one: serde's way of refusing what does not fit would bring the formatting of floats with it, a
    // third of this module's size.
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).unwrap_or_default();
    let option = |name: &str| get(options, name);
    let number = |name: &str| option(name).as_f64();
    let span = |name: &str| number(name).map(|ms| ms as Millis);
    let keepalive = option("keepalive");
    let default = Config::default();
    let config = Config {
        reconnect_delays: match option("reconnectDelays").dyn_ref::<Array>() {
            Some(delays) => delays.iter().filter_map(|delay| Some(delay.as_f64()? as Millis)).collect(),
            None => default.reconnect_delays,
        },
        jitter: number("jitter").unwrap_or(default.jitter),
        max_attempts: number("maxAttempts").map_or(default.max_attempts, |n| n as u32),
        connect_timeout: span("connectTimeout").unwrap_or(default.connect_timeout),
        linger: span("linger").unwrap_or(default.linger),
        queue_limit: number("queueLimit").map_or(default.queue_limit, |n| n as usize),
        heartbeat: span("heartbeat"),
        keepalive: get(&keepalive, "every").as_f64().map(|ms| ms as Millis),
        protocol: number("protocol").map_or(default.protocol, |n| n as u32),
    };
    let limit = |name: &str, default| number(name).map_or(default, |n| n as u32);
    let shell = Shell {
        address: Address::new(option("url")),
        frame_limit: limit("frameLimit", FRAME_LIMIT),
        message_limit: limit("messageLimit", MESSAGE_LIMIT),
        keepalive,
    };
    hub::configure(config, shell);
}

/// One component's part in the connection: what `useWebSocket` returns.
#[cfg_attr(feature = "npm", wasm_bindgen)]
pub struct Subscription {
    listener: Listener,
    released: Cell<bool>,
}

#[cfg_attr(feature = "npm", wasm_bindgen)]
impl Subscription {
    /// The last message this subscription was given, `null` before one.
    #[cfg_attr(feature = "npm", wasm_bindgen(getter, js_name = lastMessage))]
    pub fn last_message(&self) -> JsValue {
        envelope::last_message(&self.listener)
    }

    /// Ends the subscription. A second time does nothing.
    pub fn release(&self) {
        if self.released.replace(true) {
            return;
        }
        let unheard = u32::try_from(envelope::remove_listener(&self.listener)).ok();
        let now = clock::now();
        let forgotten = hub::with(|hub| {
            hub.machine.unsubscribe(now);
            unheard.filter(|slot| !hub.machine.counts(*slot))
        });
        if let Some(slot) = forgotten {
            envelope::release(slot);
        }
        hub::drain();
    }
}

impl Subscription {
    /// Keeping the last message keeps it from the garbage collector: only where it can be asked for.
    pub(crate) fn begin(conversation_id: JsValue, callback: &Function, keeps_last: bool) -> Self {
        // The listener stands ready before anything is done that may bring it a message.
        let listener = envelope::add_listener(&conversation_id, callback, keeps_last);
        let now = clock::now();
        hub::with(|hub| hub.machine.subscribe(now));
        hub::drain();
        Self { listener, released: Cell::new(false) }
    }
}

fn message_limit() -> u32 {
    hub::with(|hub| hub.shell.message_limit)
}

fn post(kind: Kind, draft: Result<Draft, JsValue>) -> Promise {
    let draft = match draft {
        Ok(draft) => draft,
        Err(reason) => return envelope::refused(&reason),
    };
    let now = clock::now();
    let characters = draft.length() as usize;
    match hub::with(|hub| hub.machine.send(now, kind, characters)) {
        Ok(send) => {
            let settled = envelope::hold(send, &draft);
            hub::drain();
            settled
        }
        Err(error) => envelope::refused(&error.text().into()),
    }
}

fn to_js(value: &impl Serialize) -> JsValue {
    // The API says null where there is nothing, as the replaced hook did; the default would be undefined.
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
    // Numbers, booleans and texts are all that is asked for, and none of them fails.
    value.serialize(&serializer).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct State {
    is_connected: bool,
    is_connecting: bool,
    error: Option<&'static str>,
    reconnect_attempts: u32,
}
