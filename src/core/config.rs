//! What an application may set, with its defaults.

use super::Millis;

/// The options of the connection. Values are taken as they come: whoever offers them to users validates
/// them first, since only there an error can name what the user wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Waits before each attempt to reconnect; the last one repeats. Default: 0.5, 2, 5, 10 and 30 s.
    pub reconnect_delays: Vec<Millis>,
    /// Random variation of each wait as a fraction of it, 0 to 1. Default 1: from the second wait on anything from 0 to
    /// twice the delay, but no more than the longest one. The first wait varies by 0.2 at most.
    pub jitter: f64,
    /// Attempts to reconnect before giving up. Default 10, as in the seed.
    pub max_attempts: u32,
    /// How long one attempt may take, asking for the address included. Default 5 s.
    pub connect_timeout: Millis,
    /// How long the connection outlives its last listener. Default 250 ms: long enough for React's
    /// StrictMode and for a change of page to mount the next listener.
    pub linger: Millis,
    /// Outgoing frames kept while they cannot be sent. Default 1000.
    pub queue_limit: usize,
    /// How often to ask for a sign of life at least, where the server asks for less. Default: as the server says.
    pub heartbeat: Option<Millis>,
    /// How often the application's own frame is sent on a connection without a heartbeat. Default: never.
    pub keepalive: Option<Millis>,
    /// The highest layer of the wire to offer, 0 or 1. Default 1.
    pub protocol: u32,
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
        }
    }
}
