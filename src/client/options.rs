//! What may be set, checked as `pkg/lib/options.js` does for JavaScript.

use std::fmt;
use std::time::Duration;

use js_sys::{Array, JSON, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::browser::exports::default_inbox;
use crate::browser::numbers::{FRAME_LIMIT, MESSAGE_LIMIT};
use crate::core::Config;

/// Sets options: once, before anything else is called.
///
/// # Errors
///
/// An option that cannot be, or the connection has been used already. Nothing is set then.
pub fn configure(options: Options) -> Result<(), ConfigureError> {
    options.check()?;
    let inbox = default_inbox();
    if inbox.is_used() {
        return Err(ConfigureError::TooLate);
    }
    inbox.configure(&to_js(options));
    Ok(())
}

/// What [`configure`] takes. Times are counted in whole milliseconds.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to connect to. Default: `/ws/inbox/` on the page's own origin, `wss:` on an `https:` page.
    pub url: Url,
    /// Waits before each attempt to reconnect, at least one; the last one repeats. Default: 0.5, 2, 5, 10 and 30 s.
    pub reconnect_delays: Vec<Duration>,
    /// How far each wait may stray to either side, as a fraction of it, 0 to 1; the first wait strays by 0.2 at most.
    /// Default 1: clients that were cut off together come back spread widely.
    pub jitter: f64,
    /// Attempts to reconnect before giving up; `u32::MAX` never does. Default 10.
    pub max_attempts: u32,
    /// How long one attempt may take, asking for the address included, 1 ms or more. Default 5 s.
    pub connect_timeout: Duration,
    /// How long the connection outlives its last listener. Default 250 ms.
    pub linger: Duration,
    /// Frames kept while they cannot be sent; one more fails. Default 1000.
    pub queue_limit: usize,
    /// Longest frame that is read, in UTF-16 code units, 1 or more; a longer one is dropped. Default 1048576.
    pub frame_limit: u32,
    /// How often to ask the server for a sign of life at least, 1 s or more, where it announces a longer time itself.
    pub heartbeat: Option<Duration>,
    /// Longest frame that is accepted for sending, in bytes of UTF-8, 1 or more; a longer one fails. Default 65536, the
    /// wire's limit.
    pub message_limit: u32,
    /// What keeps a connection to a server of layer 0 from being closed as idle. Default: nothing.
    pub keepalive: Option<Keepalive>,
    /// A ping of the server's own, and what answers it. Default: none.
    pub server_ping: Option<ServerPing>,
    /// The highest layer of the wire to offer.
    pub protocol: Protocol,
}

impl Default for Options {
    fn default() -> Self {
        let config = Config::default();
        Self {
            url: Url::default(),
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
    fn check(&self) -> Result<(), ConfigureError> {
        self.url.check()?;
        let delays = &self.reconnect_delays;
        expect(!delays.is_empty(), "reconnect_delays", delays, "at least one")?;
        expect((0.0..=1.0).contains(&self.jitter), "jitter", &self.jitter, "a number from 0 to 1")?;
        let timeout = self.connect_timeout;
        expect(timeout >= Duration::from_millis(1), "connect_timeout", &timeout, "1 ms or more")?;
        expect(self.frame_limit > 0, "frame_limit", &self.frame_limit, "a number above 0")?;
        expect(self.message_limit > 0, "message_limit", &self.message_limit, "a number above 0")?;
        if let Some(Keepalive { every, .. }) = self.keepalive {
            expect(every >= Duration::from_secs(1), "keepalive", &every, "1 s or more")?;
        }
        if let Some(heartbeat) = self.heartbeat {
            expect(heartbeat >= Duration::from_secs(1), "heartbeat", &heartbeat, "1 s or more")?;
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

/// A frame of the application's own that is sent every so often, since proxies close a connection without traffic, many
/// after a minute. Not needed on layer 1, which has a heartbeat.
#[derive(Clone, Debug)]
pub struct Keepalive {
    /// How often, 1 s or more.
    pub every: Duration,
    /// The text of the frame, for example `{"type":"ping"}`.
    pub frame: String,
}

/// A ping that the server sends and wants answered. It reaches no listener.
#[derive(Clone, Debug)]
pub struct ServerPing {
    /// A JSON object whose members all pings have, for example `{"type":"ping"}`; or, for pings that are not JSON, the
    /// whole text.
    pub ping: String,
    /// The text of the answer.
    pub pong: String,
}

/// The options as JavaScript has them.
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

fn set(object: &Object, name: &str, value: JsValue) {
    // A new object takes any member.
    let _ = Reflect::set(object, &name.into(), &value);
}

/// Where to connect to: an address, by `into()` from a text, or a function that gives one. Relative addresses count from
/// the page; `http:` is read as `ws:`.
#[derive(Clone, Debug, Default)]
pub struct Url(JsValue);

impl Url {
    /// Asks for the address before every attempt, for a token. Where it gives an error, that is reported as an uncaught
    /// one, and the attempt has failed.
    pub fn asked<F: Future<Output = Result<String, JsError>> + 'static>(
        mut ask: impl FnMut() -> F + 'static,
    ) -> Self {
        let ask = move || -> Promise {
            let address = ask();
            future_to_promise(async move { Ok(address.await?.into()) })
        };
        Self(Closure::<dyn FnMut() -> Promise>::new(ask).into_js_value())
    }

    fn check(&self) -> Result<(), ConfigureError> {
        let Some(given) = self.0.as_string() else {
            return Ok(());
        };
        let is_address = default_inbox().web_socket_url(&self.0).is_ok_and(|url| url.starts_with("ws"));
        expect(is_address, "url", &given, "a ws:, wss:, http:, https: or relative address")
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

/// The highest layer of the wire to offer: see PROTOCOL.md.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// Layer 0: never say `hello`, for a server that cannot bear a frame that it does not know.
    Plain = 0,
    /// Layer 1: acknowledged delivery, agreed upon with a server that knows it.
    #[default]
    Assured = 1,
}

/// The error that [`configure`] returns; nothing is set then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigureError {
    /// The connection had been used.
    TooLate,
    /// An option cannot be what it was given as.
    Invalid {
        /// Its name.
        option: &'static str,
        /// Its value.
        given: String,
        /// What it may be.
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
                write!(f, "option {option} is {given}; expected {expected}")
            }
        }
    }
}

impl std::error::Error for ConfigureError {}
