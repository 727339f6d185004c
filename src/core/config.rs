//! The options of the connection, with their defaults.

use super::Millis;

/// The options of the connection. The machine does not validate them: the callers do, because only their errors can
/// name the option as the user wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Waits before each attempt to reconnect; the last one repeats. Default: 0.5, 2, 5, 10 and 30 s.
    pub reconnect_delays: Vec<Millis>,
    /// Random variation of each wait as a fraction of it, 0 to 1. Default 1: from the second wait on, 0 to twice the
    /// delay, but not above the longest delay. The first wait varies by 0.2 at most.
    pub jitter: f64,
    /// Attempts to reconnect before giving up. Default 10.
    pub max_attempts: u32,
    /// How long one attempt may take, including resolving the address. Default 5 s.
    pub connect_timeout: Millis,
    /// How long the connection stays open after its last listener has left. Default 250 ms: React's StrictMode or a
    /// page change mounts the next listener within it.
    pub linger: Millis,
    /// The maximum number of queued outgoing frames. Default 1000.
    pub queue_limit: usize,
    /// The maximum interval of pings, if the server's `heartbeat` is longer. Default: as the server says.
    pub heartbeat: Option<Millis>,
    /// The interval of the application's keepalive frame on a connection of layer 0. Default: never.
    pub keepalive: Option<Millis>,
    /// The highest layer to offer, 0 or 1. Default 1.
    pub protocol: u32,
    /// The server does not speak layer 1, but acknowledges each message by its client id, and stores a repeated one once:
    /// a message is kept until it is acknowledged. Requires `protocol` 0. Default: no.
    pub acks: bool,
    /// With `acks`: a message that a socket has taken is sent again if the connection ends before its acknowledgement.
    /// Without, it fails, for a server that would store it again. Default: yes.
    pub resend: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            reconnect_delays: vec![500, 2_000, 5_000, 10_000, 30_000],
            jitter: 1.0,
            max_attempts: 10,
            connect_timeout: 5_000,
            linger: 250,
            queue_limit: 1_000,
            heartbeat: None,
            keepalive: None,
            protocol: 1,
            acks: false,
            resend: true,
        }
    }
}
