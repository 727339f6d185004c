//! Tabs that share a connection: each test is one rule, through the interface of `Tab`. The simulation plays them together.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod election;
mod hub;

use inbox_socket::core::Millis;
use inbox_socket::tabs::{LineState, Role, Tab, TabEffect, TabId, What, Word};

const ME: TabId = 1;
const OTHER: TabId = 2;

/// A tab, and what it has asked for.
struct Solo {
    tab: Tab,
    now: Millis,
}

impl Solo {
    /// A tab whose machine wants a connection.
    fn seeking() -> Self {
        let mut solo = Self { tab: Tab::new(ME), now: 0 };
        solo.tab.connect(0, 1);
        solo.effects();
        solo
    }

    /// A tab that has the lock, and a line that the server has welcomed.
    fn leading() -> Self {
        let mut solo = Self::seeking();
        solo.tab.granted(0, 0);
        solo.tab.welcomed(0, &[(0, 3), (1, 4)]);
        solo.effects();
        assert_eq!(solo.tab.role(), Role::Leading);
        solo
    }

    /// A visible tab with a relay to `OTHER`.
    fn following() -> Self {
        let mut solo = Self::seeking();
        solo.tab.set_visible(0, true);
        solo.hear(5, here(1, LineState::Open));
        solo.hear(5, What::Opened { dial: 1, line: 1 });
        let effects = solo.effects();
        assert!(effects.contains(&TabEffect::Relay(1)), "{effects:?}");
        solo
    }

    fn hear(&mut self, epoch: u64, what: What) -> bool {
        self.tab.hear(self.now, Word { from: OTHER, epoch, what })
    }

    /// Lets time pass, with an alarm at each deadline.
    fn wait(&mut self, span: Millis) {
        let end = self.now + span;
        while let Some(at) = self.tab.next_deadline().filter(|at| *at <= end) {
            self.now = at.max(self.now);
            self.tab.alarm(self.now);
        }
        self.now = end;
    }

    fn effects(&mut self) -> Vec<TabEffect> {
        std::iter::from_fn(|| self.tab.poll_effect()).collect()
    }

    /// What the tab says.
    fn words(&mut self) -> Vec<What> {
        let words = self.effects().into_iter().filter_map(|effect| match effect {
            TabEffect::Say { what, .. } => Some(what),
            _ => None,
        });
        words.collect()
    }
}

fn here(line: u32, state: LineState) -> What {
    What::Here { line, state, due: None }
}

fn lost(effects: &[TabEffect]) -> Option<u16> {
    effects.iter().find_map(|effect| match effect {
        TabEffect::Lose { code } => Some(*code),
        _ => None,
    })
}
