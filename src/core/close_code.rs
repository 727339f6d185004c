//! What a close code asks of a client. The codes are from RFC 6455 section 7.4 and IANA's registry. This project
//! defines 4401 and 4403 after HTTP's 401 and 403, because browsers report a refused handshake only as 1006.

/// What the client does after a close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// 1000: the server ended the connection on purpose; the client does not reconnect on its own.
    Normal,
    /// 1001, 1012, 1013: the server goes away, restarts or is overloaded; all clients are disconnected at the same
    /// time.
    Restart,
    /// 4401: the user is not logged in, or no longer.
    SessionExpired,
    /// 4403: the user may not connect.
    Forbidden,
    /// Any other code, usually 1006: the connection was lost.
    Lost,
}

impl CloseReason {
    /// Classifies a close code.
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
    fn each_close_code_has_its_reason() {
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
