//! What a close code asks of a client. Numbers from RFC 6455 section 7.4 and IANA's registry; 4401 and 4403
//! are this project's own, after HTTP's 401 and 403, because a refused handshake reaches a browser only as 1006.

/// What a closed connection means for what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// 1000: the server has ended the conversation on purpose; nobody reconnects unasked.
    Normal,
    /// 1001, 1012, 1013: the server goes away, restarts or is too busy; all clients are disconnected at the same time.
    Restart,
    /// 4401: nobody is logged in, or no longer.
    SessionExpired,
    /// 4403: whoever is logged in may not connect.
    Forbidden,
    /// Anything else, 1006 above all: the connection was lost.
    Lost,
}

impl CloseReason {
    /// Reads a close code.
    pub fn of(code: u16) -> Self {
        match code {
            1000 => Self::Normal,
            1001 | 1012 | 1013 => Self::Restart,
            4401 => Self::SessionExpired,
            4403 => Self::Forbidden,
            _ => Self::Lost,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_what_they_ask_for() {
        for (code, reason) in [
            (1000, CloseReason::Normal),
            (1001, CloseReason::Restart),
            (1012, CloseReason::Restart),
            (1013, CloseReason::Restart),
            (4401, CloseReason::SessionExpired),
            (4403, CloseReason::Forbidden),
            (1006, CloseReason::Lost),
            (1009, CloseReason::Lost),
            (1011, CloseReason::Lost),
            (4000, CloseReason::Lost),
        ] {
            assert_eq!(CloseReason::of(code), reason, "{code}");
        }
    }
}
