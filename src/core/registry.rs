//! Who listens to what.

/// A conversation id as a small number. Ids are numbers or strings of any kind on the JavaScript side;
/// there they are interned, so that a message's way through Rust carries no string.
///
/// Two neighbouring slots, an even one and the odd one after it, are the same id as a number and as a string:
/// listeners tell `2` from `"2"`, but the keys of a JSON object, by which the wire counts, cannot.
pub type Slot = u32;

/// What the wire counts a conversation by: its slot without the type.
pub(super) fn key_of(slot: Slot) -> u32 {
    slot / 2
}

/// Names one listener from its subscription until it leaves; never used twice, so that a listener that
/// joins during a dispatch is not mistaken for one that has just left.
pub type ListenerId = u32;

/// What a listener hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Every message: the inbox list.
    Everything,
    /// The messages of one conversation.
    Conversation(Slot),
}

/// Conversation → listeners.
#[derive(Clone, Debug, Default)]
pub(super) struct Registry {
    everything: Vec<ListenerId>,
    /// Indexed by slot.
    conversations: Vec<Vec<ListenerId>>,
    len: usize,
    next: ListenerId,
}

impl Registry {
    pub(super) fn add(&mut self, audience: Audience) -> ListenerId {
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        self.len += 1;
        match audience {
            Audience::Everything => self.everything.push(id),
            Audience::Conversation(slot) => {
                let slot = slot as usize;
                if self.conversations.len() <= slot {
                    self.conversations.resize_with(slot + 1, Vec::new);
                }
                if let Some(listeners) = self.conversations.get_mut(slot) {
                    listeners.push(id);
                }
            }
        }
        id
    }

    /// Removes a listener; false if it was not there.
    pub(super) fn remove(&mut self, audience: Audience, id: ListenerId) -> bool {
        let listeners = match audience {
            Audience::Everything => Some(&mut self.everything),
            Audience::Conversation(slot) => self.conversations.get_mut(slot as usize),
        };
        let Some(listeners) = listeners else {
            return false;
        };
        let before = listeners.len();
        listeners.retain(|listener| *listener != id);
        let removed = listeners.len() < before;
        if listeners.is_empty() {
            // A conversation that nobody hears gives its memory back.
            *listeners = Vec::new();
        }
        self.len -= usize::from(removed);
        removed
    }

    /// Whether anyone listens to this very conversation.
    pub(super) fn hears(&self, slot: Slot) -> bool {
        !self.of(slot).is_empty()
    }

    /// Appends the listeners of a message: those of its conversation first, then those who hear everything.
    pub(super) fn listeners(&self, conversation: Option<Slot>, into: &mut Vec<ListenerId>) {
        // Pushed one by one: there is mostly one, and copying memory as a block is a call out of the wasm.
        for id in conversation.map_or(&[][..], |slot| self.of(slot)) {
            into.push(*id);
        }
        for id in &self.everything {
            into.push(*id);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    fn of(&self, slot: Slot) -> &[ListenerId] {
        self.conversations.get(slot as usize).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::Audience::{Conversation, Everything};
    use super::*;

    fn heard(registry: &Registry, conversation: Option<Slot>) -> Vec<ListenerId> {
        let mut into = Vec::new();
        registry.listeners(conversation, &mut into);
        into
    }

    #[test]
    fn a_message_reaches_its_own_conversation_and_those_who_hear_everything() {
        let mut registry = Registry::default();
        let one = registry.add(Conversation(1));
        let inbox = registry.add(Everything);
        let two = registry.add(Conversation(2));
        assert_eq!(heard(&registry, Some(1)), [one, inbox]);
        assert_eq!(heard(&registry, Some(2)), [two, inbox]);
        assert_eq!(heard(&registry, Some(3)), [inbox]);
        assert_eq!(heard(&registry, None), [inbox]);
    }

    #[test]
    fn a_listener_that_left_is_not_called_and_its_id_is_not_given_again() {
        let mut registry = Registry::default();
        let first = registry.add(Conversation(1));
        assert!(registry.remove(Conversation(1), first));
        let second = registry.add(Conversation(1));
        assert_ne!(first, second);
        assert_eq!(heard(&registry, Some(1)), [second]);
        assert_eq!(registry.len(), 1);
    }

    #[test]
    fn removing_twice_changes_nothing() {
        let mut registry = Registry::default();
        let id = registry.add(Everything);
        assert!(registry.remove(Everything, id));
        assert!(!registry.remove(Everything, id));
        assert!(!registry.remove(Conversation(9), id));
        assert_eq!(registry.len(), 0);
    }
}
