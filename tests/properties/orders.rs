//! The machine stays consistent for events in any order.

use crate::world::World;
use inbox_socket::core::{Config, Event, Kind, Millis};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Subscribe,
    Unsubscribe,
    Send,
    Open,
    Close(u16, Option<Millis>),
    StaleOpened(usize),
    StaleClosed(usize, u16),
    SocketTakesNoMore,
    Page(Event),
    Pass(Millis),
}

fn step() -> impl Strategy<Value = Step> {
    let code = prop_oneof![
        4 => Just(1006),
        1 => prop::sample::select(vec![1000, 1001, 1009, 1012, 1013, 4401, 4403]),
        1 => any::<u16>(),
    ];
    let page = prop::sample::select(vec![
        Event::Online,
        Event::Visible,
        Event::Retry,
        Event::Disconnect,
        Event::PageHidden,
        Event::PageShown,
        Event::Alarm,
    ]);
    prop_oneof![
        3 => Just(Step::Subscribe),
        2 => Just(Step::Unsubscribe),
        3 => Just(Step::Send),
        5 => Just(Step::Open),
        3 => (code.clone(), prop::option::of(0..10_000u64)).prop_map(|(code, hint)| Step::Close(code, hint)),
        1 => any::<usize>().prop_map(Step::StaleOpened),
        1 => (any::<usize>(), code).prop_map(|(n, code)| Step::StaleClosed(n, code)),
        1 => Just(Step::SocketTakesNoMore),
        2 => page.prop_map(Step::Page),
        4 => prop_oneof![0..1_000u64, 0..60_000u64].prop_map(Step::Pass),
    ]
}

/// The world, and the state that the test expects.
struct Run {
    world: World,
    listeners: u32,
    accepted: u32,
    away: bool,
}

impl Run {
    fn new() -> Self {
        let config = Config { queue_limit: 5, max_attempts: 3, protocol: 0, ..Config::default() };
        Self { world: World::with(config), listeners: 0, accepted: 0, away: false }
    }

    fn take(&mut self, step: Step) {
        let world = &mut self.world;
        match step {
            Step::Subscribe => {
                self.listeners += 1;
                world.subscribe();
            }
            Step::Unsubscribe if self.listeners > 0 => {
                self.listeners -= 1;
                world.unsubscribe();
            }
            Step::Send => {
                if world.machine.stats(world.now).queued < 5 {
                    world.send();
                    self.accepted += 1;
                } else {
                    assert!(world.machine.send(world.now, Kind::Message, 10).is_err());
                }
            }
            Step::Open if world.socket.is_some() => world.open(),
            Step::Close(code, hint) if world.socket.is_some() => world.close_with_hint(code, hint),
            Step::StaleOpened(n) => {
                if let Some(socket) = self.stale(n) {
                    self.world.handle(Event::Opened { socket });
                }
            }
            Step::StaleClosed(n, code) => {
                if let Some(socket) = self.stale(n) {
                    self.world.handle(Event::Closed { socket, code, retry_after: None });
                }
            }
            Step::SocketTakesNoMore => world.socket_takes_no_more = world.status().is_connected,
            Step::Page(event) => {
                match event {
                    Event::PageHidden => self.away = true,
                    Event::PageShown => self.away = false,
                    _ => {}
                }
                world.handle(event);
            }
            Step::Pass(span) => world.pass(span),
            Step::Unsubscribe | Step::Open | Step::Close(..) => {}
        }
    }

    fn stale(&self, n: usize) -> Option<u32> {
        let stale: Vec<u32> =
            self.world.opened.iter().copied().filter(|id| Some(*id) != self.world.socket).collect();
        (!stale.is_empty()).then(|| stale[n % stale.len()])
    }

    /// `World` itself checks that no second socket is asked for while one lives.
    fn check(&mut self) {
        let world = &mut self.world;
        let status = world.status();
        let stats = world.machine.stats(world.now);

        assert!(!(status.is_connected && status.is_connecting));
        assert!(!(status.is_connected && status.error.is_some()));
        assert_eq!(status.is_connected || status.is_connecting, world.socket.is_some());
        assert_eq!(
            world.announced.last().copied().unwrap_or_default(),
            status,
            "the last announcement is the present status"
        );

        // A random wait may be 0 ms.
        let is_early = world.machine.next_deadline().is_none_or(|at| at > world.now);
        world.handle(Event::Alarm);
        if let Some(deadline) = world.machine.next_deadline() {
            assert!(deadline > world.now, "the deadline is ahead");
        }
        assert!(!is_early || world.status() == status, "an alarm before its time does nothing");
        let status = world.status();

        let wanted = !self.away && (stats.listeners > 0 || stats.queued > 0);
        let idle = world.socket.is_none() && status.error.is_none();
        if !wanted && idle && world.machine.next_deadline().is_some() {
            // Only the linger may be pending, and it sets no other deadline.
            world.pass(250);
        }
        if world.status().is_connected && wanted {
            assert_eq!(world.machine.next_deadline(), None, "an idle connection needs no deadline");
        }

        assert_eq!(stats.listeners, self.listeners);
        let settled = world.settled.len() as u32;
        assert_eq!(
            self.accepted,
            settled + world.machine.stats(world.now).queued,
            "each frame is settled once or queued"
        );
        assert!(world.sent.windows(2).all(|pair| pair[0] < pair[1]), "in order, and each once");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_events_leaves_a_consistent_machine(steps in prop::collection::vec(step(), 1..120)) {
        let mut run = Run::new();
        for step in steps {
            run.take(step);
            run.check();
        }
    }

    #[test]
    fn a_page_without_listeners_becomes_idle(steps in prop::collection::vec(step(), 1..60)) {
        let mut run = Run::new();
        for step in steps {
            run.take(step);
        }
        // All listeners leave, disconnect() empties the queue, and no deadline remains.
        run.take(Step::Page(Event::PageShown));
        for _ in 0..run.listeners {
            run.world.unsubscribe();
        }
        run.world.handle(Event::Disconnect);
        run.world.pass(1_000);
        prop_assert_eq!(run.world.socket, None);
        prop_assert_eq!(run.world.machine.next_deadline(), None);
        prop_assert_eq!(run.world.status(), Default::default());
    }
}
