//! What a page shows of the connection.

use super::ConnectionError;

/// The public state of the one shared connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The connection is open.
    pub is_connected: bool,
    /// An attempt is under way.
    pub is_connecting: bool,
    /// Why there is no connection; `None` when all is well or nobody listens.
    pub error: Option<ConnectionError>,
    /// Attempts to reconnect since the connection was last open.
    pub reconnect_attempts: u32,
}
