//! The connection's state, as a page shows it.

use super::ConnectionError;

/// The public state of the one shared connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The connection is open.
    pub is_connected: bool,
    /// An attempt is in progress.
    pub is_connecting: bool,
    /// Why there is no connection; `None` if it is open, not wanted, or in its first attempt.
    pub error: Option<ConnectionError>,
    /// Attempts to reconnect since the connection was last open.
    pub reconnect_attempts: u32,
}
