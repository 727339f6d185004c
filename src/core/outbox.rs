//! What the application wants sent, in its order, until a socket has taken it.

use std::collections::VecDeque;

use super::{SendError, SendId};

/// How an accepted frame ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An open socket took it. The wire's layer 0 has no acknowledgement, so this is all one can know.
    Sent,
    /// It will not be sent.
    Failed(SendError),
}

/// Holds ids only: the text stays with the caller.
#[derive(Clone, Debug, Default)]
pub(super) struct Outbox {
    queue: VecDeque<SendId>,
    next: SendId,
}

impl Outbox {
    pub(super) fn push(&mut self, limit: usize) -> Result<SendId, SendError> {
        if self.queue.len() >= limit {
            return Err(SendError::QueueFull);
        }
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        self.queue.push_back(id);
        Ok(id)
    }

    /// Takes a frame out; false if it was not there.
    pub(super) fn remove(&mut self, id: SendId) -> bool {
        // Frames leave in the order in which they came, so the first one is nearly always it.
        let Some(at) = self.queue.iter().position(|queued| *queued == id) else {
            return false;
        };
        self.queue.remove(at);
        true
    }

    pub(super) fn take_all(&mut self) -> VecDeque<SendId> {
        std::mem::take(&mut self.queue)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = SendId> {
        self.queue.iter().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}
