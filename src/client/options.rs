//! The options, with the same checks as in `pkg/lib/options.js` for JavaScript.

use std::fmt;
use std::time::Duration;

use js_sys::{Array, JSON, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::Inbox;
use crate::browser::numbers::{FRAME_LIMIT, MESSAGE_LIMIT};
use crate::core::Config;

/// Sets the options. Call it before anything else.
///
/// # Errors
///
/// If an option is invalid or the connection is in use already. Then no option is set.
pub fn configure(options: Options) -> Result<(), ConfigureError> {
    Inbox::page().configure(options)
}

impl Inbox {
    pub(super) fn configure(&self, options: Options) -> Result<(), ConfigureError> {
        options.check(self)?;
        if self.js().is_used() {
            return Err(ConfigureError::TooLate);
        }
        self.js().configure(&to_js(options));
        Ok(())
    }
}

/// The options of [`configure`] and [`Inbox::new`]. Durations are truncated to milliseconds.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address of the server. Default: `/ws/inbox/` on the page's origin.
    pub url: Url,
    /// The WebSocket subprotocols to offer. A browser closes the connection if the server selects none of them. Default:
    /// none.
    pub protocols: Vec<String>,
    /// Delays before the attempts to reconnect, at least one; the last one repeats. Default: 0.5, 2, 5, 10 and 30 s.
    pub reconnect_delays: Vec<Duration>,
    /// Random variation of each delay as a fraction of it, 0 to 1. The first delay varies by 0.2 at most, and no delay
    /// exceeds the longest one. Default 1, so that clients that lost their connections together reconnect spread out.
    pub jitter: f64,
    /// Attempts to reconnect before the client gives up; `u32::MAX` never gives up. Default 10.
    pub max_attempts: u32,
    /// Time limit for one attempt, including the future of [`Url::asked`], at least 1 ms. Default 5 s.
    pub connect_timeout: Duration,
    /// How long the connection stays open after the last listener has left. Default 250 ms.
    pub linger: Duration,
    /// Maximum number of queued frames. Further frames fail. Default 1000.
    pub queue_limit: usize,
    /// Maximum size of a received frame in UTF-16 code units, at least 1. Larger frames are dropped. Default 1048576.
    pub frame_limit: u32,
    /// Maximum ping interval, at least 1 s. Default: set by the server.
    pub heartbeat: Option<Duration>,
    /// Maximum size of a sent frame in bytes of UTF-8, at least 1. Larger frames fail at once. Default 65536, the
    /// limit of the protocol.
    pub message_limit: u32,
    /// The frame that keeps an idle connection to a layer-0 server open. Default: none.
    pub keepalive: Option<Keepalive>,
    /// The server's own ping, and the reply to it. Default: none.
    pub server_ping: Option<ServerPing>,
    /// The highest layer of the protocol to offer.
    pub protocol: Protocol,
}

impl Default for Options {
    fn default() -> Self {
        let config = Config::default();
        Self {
            url: Url::default(),
            protocols: Vec::new(),
            reconnect_delays: config.reconnect_delays.into_iter().map(Duration::from_millis).collect(),
            jitter: config.jitter,
            max_attempts: config.max_attempts,
            connect_timeout: Duration::from_millis(config.connect_timeout),
            linger: Duration::from_millis(config.linger),
            queue_limit: config.queue_limit,
            frame_limit: FRAME_LIMIT as u32,
            heartbeat: config.heartbeat.map(Duration::from_millis),
            message_limit: MESSAGE_LIMIT as u32,
            keepalive: None,
            server_ping: None,
            protocol: Protocol::default(),
        }
    }
}

impl Options {
    fn check(&self, inbox: &Inbox) -> Result<(), ConfigureError> {
        self.url.check(inbox)?;
        let are_texts = self.protocols.iter().all(|protocol| !protocol.is_empty());
        expect(are_texts, "protocols", &self.protocols, "a list of non-empty strings")?;
        let delays = &self.reconnect_delays;
        expect(!delays.is_empty(), "reconnect_delays", delays, "a non-empty list")?;
        expect((0.0..=1.0).contains(&self.jitter), "jitter", &self.jitter, "a number from 0 to 1")?;
        let timeout = self.connect_timeout;
        expect(timeout >= Duration::from_millis(1), "connect_timeout", &timeout, "at least 1 ms")?;
        expect(self.frame_limit > 0, "frame_limit", &self.frame_limit, "at least 1")?;
        expect(self.message_limit > 0, "message_limit", &self.message_limit, "at least 1")?;
        if let Some(Keepalive { every, .. }) = self.keepalive {
            expect(every >= Duration::from_secs(1), "keepalive", &every, "at least 1 s")?;
        }
        if let Some(heartbeat) = self.heartbeat {
            expect(heartbeat >= Duration::from_secs(1), "heartbeat", &heartbeat, "at least 1 s")?;
        }
        Ok(())
    }
}

fn expect(
    holds: bool,
    option: &'static str,
    given: &impl fmt::Debug,
    expected: &'static str,
) -> Result<(), ConfigureError> {
    if holds {
        Ok(())
    } else {
        Err(ConfigureError::Invalid { option, given: format!("{given:?}"), expected })
    }
}

fn millis(span: Duration) -> JsValue {
    (span.as_millis() as f64).into()
}

/// A frame that the client sends at an interval, because proxies close a connection without traffic, many after a
/// minute. Layer 1 has a heartbeat and does not need it.
#[derive(Clone, Debug)]
pub struct Keepalive {
    /// The interval, at least 1 s.
    pub every: Duration,
    /// The text of the frame, for example `{"type":"ping"}`.
    pub frame: String,
}

/// A ping that the server sends and expects a reply to. Listeners do not receive it.
#[derive(Clone, Debug)]
pub struct ServerPing {
    /// A JSON object whose members every ping has, for example `{"type":"ping"}`; or, if pings are not JSON, the whole
    /// text.
    pub ping: String,
    /// The text of the reply.
    pub pong: String,
}

/// Converts the options to their JavaScript form.
fn to_js(options: Options) -> JsValue {
    let delays: Array = options.reconnect_delays.into_iter().map(millis).collect();
    let keepalive = Object::new();
    if let Some(Keepalive { every, frame }) = options.keepalive {
        set(&keepalive, "every", millis(every));
        set(&keepalive, "frame", frame.into());
    }
    if let Some(ServerPing { ping, pong }) = options.server_ping {
        let members = JSON::parse(&ping).ok().filter(JsValue::is_object);
        set(&keepalive, "ping", members.unwrap_or_else(|| ping.into()));
        set(&keepalive, "pong", pong.into());
    }
    let object = Object::new();
    for (name, value) in [
        ("url", options.url.0),
        ("protocols", options.protocols.into_iter().map(JsValue::from).collect::<Array>().into()),
        ("reconnectDelays", delays.into()),
        ("jitter", options.jitter.into()),
        ("maxAttempts", options.max_attempts.into()),
        ("connectTimeout", millis(options.connect_timeout)),
        ("linger", millis(options.linger)),
        ("queueLimit", (options.queue_limit as f64).into()),
        ("frameLimit", options.frame_limit.into()),
        ("messageLimit", options.message_limit.into()),
        ("heartbeat", options.heartbeat.map_or(JsValue::UNDEFINED, millis)),
        ("keepalive", keepalive.into()),
        ("protocol", (options.protocol as u32).into()),
    ] {
        set(&object, name, value);
    }
    object.into()
}

pub(super) fn set(object: &Object, name: &str, value: JsValue) {
    // A new object takes any member.
    let _ = Reflect::set(object, &name.into(), &value);
}

/// The address of the server: text, converted with `into()`, or a function that returns it. Relative addresses are
/// resolved against the page; `http:` becomes `ws:`.
#[derive(Clone, Debug, Default)]
pub struct Url(JsValue);

impl Url {
    /// Calls `ask` before every attempt, for example for a token. If it returns an error, the error is reported as an
    /// uncaught one and the attempt fails.
    pub fn asked<F: Future<Output = Result<String, JsError>> + 'static>(
        mut ask: impl FnMut() -> F + 'static,
    ) -> Self {
        let ask = move || -> Promise {
            let address = ask();
            future_to_promise(async move { Ok(address.await?.into()) })
        };
        Self(Closure::<dyn FnMut() -> Promise>::new(ask).into_js_value())
    }

    fn check(&self, inbox: &Inbox) -> Result<(), ConfigureError> {
        let Some(given) = self.0.as_string() else {
            return Ok(());
        };
        let is_address = inbox.js().web_socket_url(&self.0).is_ok_and(|url| url.starts_with("ws"));
        expect(is_address, "url", &given, "a ws:, wss:, http:, https: or relative URL")
    }
}

impl From<&str> for Url {
    fn from(address: &str) -> Self {
        Self(address.into())
    }
}

impl From<String> for Url {
    fn from(address: String) -> Self {
        Self(address.into())
    }
}

/// The highest layer of the protocol to offer: see PROTOCOL.md.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// Layer 0: never send `hello`, for servers that fail on unknown frames.
    Plain = 0,
    /// Layer 1: acknowledged delivery, if the server supports it.
    #[default]
    Assured = 1,
}

/// The error that [`configure`] and [`Inbox::new`] return. Then no option is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigureError {
    /// The connection is in use already.
    TooLate,
    /// An option is invalid.
    Invalid {
        /// The option's name.
        option: &'static str,
        /// The value given.
        given: String,
        /// The expected value.
        expected: &'static str,
    },
}

impl fmt::Display for ConfigureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLate => {
                f.write_str("configure() was called after the connection had been used; call it before")
            }
            Self::Invalid { option, given, expected } => {
                write!(f, "`{option}` must be {expected}; got {given}")
            }
        }
    }
}

impl std::error::Error for ConfigureError {}
