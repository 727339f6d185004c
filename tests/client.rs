//! The API for pages in Rust, in a real browser: `wasm-pack test --headless --chrome`. browser.rs tests the shell
//! below it.

#![cfg(all(target_arch = "wasm32", not(feature = "npm")))]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod scripted;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use inbox_socket::{
    ConfigureError, ConnectionError, Frame, Guard, Id, Inbox, Keepalive, Options, Protocol, SendOptions,
    SendResult, ServerPing, State, Url, configure, disconnect, exports, listen, listen_all, request_messages,
    send, send_message, send_message_with, send_typed_message, set_user, state, stats, watch,
};
use js_sys::{JSON, Reflect};
use serde::de::{IntoDeserializer, value::I64Deserializer};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use scripted::*;

wasm_bindgen_test_configure!(run_in_browser);

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Mine {
    message: String,
}

fn mine(text: &str) -> Mine {
    Mine { message: text.into() }
}

/// The arguments of a closure's calls.
type Collected<T> = Rc<RefCell<Vec<T>>>;

fn collector<T: 'static>() -> (Collected<T>, impl FnMut(T) + 'static) {
    let collected = Collected::default();
    let collect = collected.clone();
    (collected, move |it| collect.borrow_mut().push(it))
}

/// Resets the page to its state after loading.
fn reset() {
    install();
    disconnect();
    exports::configure(&JsValue::UNDEFINED);
}

fn page(options: Options) {
    reset();
    configure(options).unwrap();
}

fn plain() -> Options {
    Options { protocol: Protocol::Plain, jitter: 0.0, ..Options::default() }
}

/// Connects to a layer-1 server, with a listener for all frames.
fn welcomed<T: serde::de::DeserializeOwned>(on_frame: impl FnMut(T) + 'static) -> Guard {
    page(Options::default());
    let guard = listen_all(on_frame);
    open();
    receive_text(r#"{"action":"welcome","protocol":1,"user_id":1,"heads":{"2":57}}"#);
    guard
}

/// Receives a frame from the server.
fn receive_text(frame: &str) {
    receive(&frame.into());
}

fn sent_text(index: u32) -> String {
    sent().get(index).as_string().unwrap()
}

fn sent_member(index: u32, name: &str) -> JsValue {
    Reflect::get(&JSON::parse(&sent_text(index)).unwrap(), &name.into()).unwrap()
}

/// Starts sending without waiting for the result, which `result_of` returns.
fn spawn(sending: impl Future<Output = SendResult> + 'static) -> Collected<SendResult> {
    let (results, mut collect) = collector();
    spawn_local(async move { collect(sending.await) });
    results
}

async fn result_of(results: Collected<SendResult>) -> SendResult {
    let waited_for = results.clone();
    wait_until(move || !waited_for.borrow().is_empty()).await;
    results.take().remove(0)
}

async fn wait_for_sent(count: u32) {
    wait_until(move || sent().length() == count).await;
}

#[wasm_bindgen_test]
fn listen_receives_one_conversation_and_listen_all_receives_every_frame() {
    page(plain());
    let (number, collect_number) = collector::<Mine>();
    let (text, collect_text) = collector::<Mine>();
    let (large, collect_large) = collector::<Mine>();
    let (all, collect_all) = collector::<Mine>();
    let _guards = (
        listen(2, collect_number),
        listen("2", collect_text),
        listen(Id::try_from(9_007_199_254_740_991_u64).unwrap(), collect_large),
        listen_all(collect_all),
    );
    open();
    receive_text(r#"{"conversation_id":2,"message":"number"}"#);
    receive_text(r#"{"conversation_id":"2","message":"text"}"#);
    receive_text(r#"{"conversation_id":9007199254740991,"message":"large"}"#);
    receive_text(r#"{"message":"without id"}"#);
    assert_eq!(*number.borrow(), [mine("number")]);
    assert_eq!(*text.borrow(), [mine("text")]);
    assert_eq!(*large.borrow(), [mine("large")]);
    assert_eq!(*all.borrow(), ["number", "text", "large", "without id"].map(mine));
}

#[wasm_bindgen_test]
async fn a_change_of_user_fails_the_queued_messages_and_reconnects() {
    page(plain());
    set_user(Some("ana".into()));
    let _guard = listen(2, |_: Mine| {});
    open();
    close(1006, "");
    let result = spawn(send_message(2, "Ana's"));
    wait_until(|| stats().queued == 1).await;
    set_user(Some("ana".into()));
    assert_eq!(stats().queued, 1, "the same user");
    set_user(Some("ben".into()));
    let reason = "another user signed in before the frame was sent".into();
    assert_eq!(result_of(result).await, SendResult::Failed { reason });
    open();
    assert!(state().is_connected);
    assert_eq!(sent().length(), 0);
    set_user(None);
    assert_eq!(closed_with(), 1000);
    assert!(!state().is_connected && !state().is_connecting);
}

#[wasm_bindgen_test]
fn a_message_limit_of_0_is_invalid() {
    let limited = Options { message_limit: 0, ..plain() };
    assert!(matches!(configure(limited), Err(ConfigureError::Invalid { option: "message_limit", .. })));
}

#[wasm_bindgen_test]
async fn the_client_replies_to_the_configured_server_ping() {
    let server_ping = ServerPing { ping: r#"{"type":"ping"}"#.into(), pong: "pong".into() };
    page(Options { server_ping: Some(server_ping), ..plain() });
    let (received, collect) = collector::<AnyFrame>();
    let _guard = listen_all(collect);
    open();
    receive_text(r#"{"type":"ping","at":1}"#);
    assert_eq!(sent_text(0), "pong");
    assert_eq!(received.borrow().len(), 0);
}

#[wasm_bindgen_test]
async fn the_keepalive_frame_is_sent() {
    let keepalive = Keepalive { every: Duration::from_secs(1), frame: r#"{"type":"ping"}"#.into() };
    page(Options { keepalive: Some(keepalive), ..plain() });
    let _guard = listen_all(|_: AnyFrame| {});
    open();
    wait_for_sent(1).await;
    assert_eq!(sent_text(0), r#"{"type":"ping"}"#);
}

/// Deserializes from any frame.
#[derive(Deserialize)]
struct AnyFrame {}

#[wasm_bindgen_test]
fn a_frame_that_does_not_fit_is_skipped() {
    page(plain());
    let (received, collect) = collector::<Mine>();
    let _guard = listen(2, collect);
    open();
    receive_text(r#"{"conversation_id":2,"message":7}"#);
    receive_text(r#"{"conversation_id":2,"action":"typing"}"#);
    receive_text(r#"{"conversation_id":2,"message":"fits"}"#);
    assert_eq!(*received.borrow(), [mine("fits")]);
    assert_eq!(reported().length(), 0);
}

#[wasm_bindgen_test]
async fn frame_distinguishes_messages_histories_errors_and_gaps() {
    let (received, collect) = collector::<Frame<Mine>>();
    let _guard = welcomed(collect);
    receive_text(r#"{"action":"messages_response","conversation_id":2,"messages":[{"message":"old"}]}"#);
    receive_text(
        r#"{"action":"error","code":"rate_limited","ref":null,"conversation_id":"b","retry_after":1500}"#,
    );
    receive_text(r#"{"action":"typing"}"#);
    receive_text(r#"{"conversation_id":2,"seq":90,"message":"m90"}"#);
    wait_for_sent(2).await;
    let id = sent_member(1, "id").as_f64().unwrap();
    receive_text(&format!(
        r#"{{"action":"sync_response","id":{id},"messages":[],"heads":{{"2":90}},"has_more":false,"floors":{{"2":89}}}}"#
    ));
    let refusal = Frame::Refusal {
        code: "rate_limited".into(),
        detail: None,
        reference: None,
        conversation_id: Some("b".into()),
        retry_after: Some(1500.0),
    };
    assert_eq!(
        *received.borrow(),
        [
            Frame::History { conversation_id: 2.into(), messages: vec![mine("old")], has_more: false },
            refusal,
            Frame::Gap { conversation_id: 2.into(), after: 57, before: 90 },
            Frame::Message(mine("m90")),
        ]
    );
}

#[wasm_bindgen_test]
async fn dropping_the_last_guard_removes_its_listener_frees_its_closure_and_closes_the_connection() {
    page(Options { linger: Duration::from_millis(10), ..plain() });
    let (received, collect) = collector::<Mine>();
    let guard = listen(2, collect);
    open();
    drop(guard);
    receive_text(r#"{"conversation_id":2,"message":"too late"}"#);
    assert_eq!(stats().listeners, 0);
    wait_until(|| closed_with() == 1000).await;
    let closures = received.clone();
    wait_until(move || Rc::strong_count(&closures) == 2).await;
    assert_eq!(*received.borrow(), []);
}

#[wasm_bindgen_test]
fn a_closure_that_drops_its_own_guard_still_runs_to_its_end() {
    page(plain());
    let (received, mut collect) = collector::<Mine>();
    let guard = Rc::new(RefCell::new(None));
    let own = guard.clone();
    *guard.borrow_mut() = Some(listen(2, move |message| {
        drop(own.take());
        collect(message);
    }));
    let (others, collect_other) = collector::<Mine>();
    let _other = listen(2, collect_other);
    open();
    receive_text(r#"{"conversation_id":2,"message":"first"}"#);
    receive_text(r#"{"conversation_id":2,"message":"second"}"#);
    assert_eq!(*received.borrow(), [mine("first")]);
    assert_eq!(*others.borrow(), [mine("first"), mine("second")]);
    assert_eq!(reported().length(), 0);
}

#[wasm_bindgen_test]
fn a_forgotten_guard_keeps_its_subscription() {
    page(plain());
    let (received, collect) = collector::<Mine>();
    listen(2, collect).forget();
    open();
    receive_text(r#"{"conversation_id":2,"message":"still"}"#);
    assert_eq!(*received.borrow(), [mine("still")]);
}

#[wasm_bindgen_test]
fn a_watcher_is_called_after_each_change_until_its_guard_is_dropped() {
    page(plain());
    let (states, collect) = collector::<State>();
    let watching = watch(collect);
    let _guard = listen::<Mine>(1, |_| {});
    open();
    close(1006, "");
    drop(watching);
    disconnect();
    let seen: Vec<_> = states.borrow().iter().map(|state| (state.is_connected, state.error)).collect();
    assert_eq!(seen, [(false, None), (true, None), (false, Some(ConnectionError::Lost))]);
    assert_eq!(state(), State::default());
}

#[wasm_bindgen_test]
fn a_watcher_removed_by_an_earlier_watcher_is_not_called() {
    page(plain());
    let second = Rc::new(RefCell::new(None));
    let ended = second.clone();
    let _first = watch(move |_| drop(ended.take()));
    let (states, collect) = collector::<State>();
    *second.borrow_mut() = Some(watch(collect));
    let _guard = listen::<Mine>(1, |_| {});
    assert_eq!(*states.borrow(), []);
    assert_eq!(reported().length(), 0);
}

#[wasm_bindgen_test]
async fn a_message_resolves_to_sent_with_layer_0() {
    page(plain());
    let _guard = listen::<Mine>(1, |_| {});
    open();
    assert_eq!(send_message(1, "Hello").await, SendResult::Sent);
    assert_eq!(send_typed_message("a", &["x.png"], "IMAGE").await, SendResult::Sent);
    assert_eq!(sent_text(0), r#"{"conversation_id":1,"message":"Hello","type":"TEXT"}"#);
    assert_eq!(sent_text(1), r#"{"conversation_id":"a","message":["x.png"],"type":"IMAGE"}"#);
}

#[wasm_bindgen_test]
async fn a_delivered_message_has_the_id_that_the_server_assigned() {
    let _guard = welcomed::<Mine>(|_| {});
    for (name, message_id) in
        [("789", Some(789.into())), ("\"m\"", Some("m".into())), ("null", None), ("{}", None)]
    {
        let before = sent().length();
        let sending = spawn(send_message(2, "Hello"));
        wait_for_sent(before + 1).await;
        let client_id = sent_member(before, "client_id").as_string().unwrap();
        receive_text(&format!(
            r#"{{"action":"ack","client_id":"{client_id}","message_id":{name},"seq":58}}"#
        ));
        assert_eq!(result_of(sending).await, SendResult::Delivered { message_id });
    }
}

#[wasm_bindgen_test]
async fn a_failed_frame_has_a_reason() {
    let failed = |reason: &str| SendResult::Failed { reason: reason.into() };
    let _guard = welcomed::<Mine>(|_| {});
    let sending = spawn(send_message(9, "Hello"));
    wait_for_sent(2).await;
    let client_id = sent_member(1, "client_id").as_string().unwrap();
    receive_text(&format!(r#"{{"action":"error","code":"not_found","detail":"No.","ref":"{client_id}"}}"#));
    assert_eq!(result_of(sending).await, failed("No."));

    assert_eq!(send_message(1, "").await, failed("`message` must not be empty"));
    assert_eq!(send("text").await, failed("`frame` must be an object; got text"));
    let SendResult::Failed { reason } = send(&HashMap::from([((1, 2), 3)])).await else {
        panic!("a key that is not a string cannot be sent");
    };
    assert!(reason.contains("key"), "{reason}");

    close(1006, "");
    let waiting = spawn(request_messages(2));
    wait_until(|| stats().queued == 1).await;
    disconnect();
    assert_eq!(result_of(waiting).await, failed("disconnect() was called before the frame was sent"));
}

#[wasm_bindgen_test]
async fn custom_frames_are_sent_as_json() {
    #[derive(Serialize)]
    struct Typing {
        action: &'static str,
        conversation_id: Id,
        until: Option<u32>,
        more: HashMap<&'static str, u64>,
    }
    page(plain());
    let _guard = listen::<Mine>(1, |_| {});
    open();
    let more = HashMap::from([("at", 1_700_000_000_000)]);
    let typing = Typing { action: "typing", conversation_id: 2.into(), until: None, more };
    assert_eq!(send(&typing).await, SendResult::Sent);
    assert_eq!(request_messages("a").await, SendResult::Sent);
    assert_eq!(
        sent_text(0),
        r#"{"action":"typing","conversation_id":2,"until":null,"more":{"at":1700000000000}}"#
    );
    assert_eq!(sent_text(1), r#"{"action":"get_messages","conversation_id":"a"}"#);
}

#[wasm_bindgen_test]
fn the_connection_uses_the_options() {
    page(Options { url: "https://example.com/inbox/".into(), frame_limit: 45, max_attempts: 0, ..plain() });
    let (received, collect) = collector::<Mine>();
    let _guard = listen(1, collect);
    assert_eq!(url(), "wss://example.com/inbox/");
    open();
    assert_eq!(sent().length(), 0, "no hello");
    receive_text(r#"{"conversation_id":1,"message":"longer than allowed"}"#);
    receive_text(r#"{"conversation_id":1,"message":"short"}"#);
    assert_eq!(*received.borrow(), [mine("short")]);
    close(1006, "");
    assert_eq!(state().error, Some(ConnectionError::GaveUp));
}

#[wasm_bindgen_test]
async fn each_attempt_calls_the_url_function_and_its_error_is_reported() {
    let mut answers = vec![Ok("wss://example.com/?token=2".to_owned()), Err(JsError::new("signed out"))];
    page(Options {
        url: Url::asked(move || {
            let answer = answers.pop().unwrap();
            async { answer }
        }),
        reconnect_delays: vec![Duration::from_millis(5)],
        ..plain()
    });
    let _guard = listen::<Mine>(1, |_| {});
    wait_until(|| count() == 1).await;
    assert_eq!(url(), "wss://example.com/?token=2");
    assert_eq!(reported().join(" "), "Error: `url` failed: signed out");
}

#[wasm_bindgen_test]
fn the_error_for_an_invalid_option_names_the_option() {
    reset();
    let millis = Duration::from_millis;
    for (options, message) in [
        (
            Options { url: "ftp://example.com".into(), ..plain() },
            r#"`url` must be a ws:, wss:, http:, https: or relative URL; got "ftp://example.com""#,
        ),
        (
            Options { url: "http://".into(), ..plain() },
            r#"`url` must be a ws:, wss:, http:, https: or relative URL; got "http://""#,
        ),
        (
            Options { reconnect_delays: vec![], ..plain() },
            "`reconnect_delays` must be a non-empty list; got []",
        ),
        (Options { jitter: f64::NAN, ..plain() }, "`jitter` must be a number from 0 to 1; got NaN"),
        (Options { jitter: 1.5, ..plain() }, "`jitter` must be a number from 0 to 1; got 1.5"),
        (
            Options { connect_timeout: Duration::from_micros(999), ..plain() },
            "`connect_timeout` must be at least 1 ms; got 999µs",
        ),
        (Options { frame_limit: 0, ..plain() }, "`frame_limit` must be at least 1; got 0"),
        (Options { heartbeat: Some(millis(999)), ..plain() }, "`heartbeat` must be at least 1 s; got 999ms"),
    ] {
        assert_eq!(configure(options).unwrap_err().to_string(), message);
    }
    configure(plain()).expect("no option was set");
}

#[wasm_bindgen_test]
fn the_subprotocols_are_offered_and_an_empty_one_is_invalid() {
    page(Options { protocols: vec!["chat.v2".into(), "token".into()], ..plain() });
    let _guard = listen::<Mine>(1, |_| {});
    assert_eq!(protocols().unchecked_into::<js_sys::Array>().join(" "), "chat.v2 token");
    let error = Inbox::new(Options { protocols: vec!["a".into(), String::new()], ..plain() }).unwrap_err();
    assert_eq!(error.to_string(), r#"`protocols` must be a list of non-empty strings; got ["a", ""]"#);
}

mod a_second_inbox {
    use super::*;

    /// An inbox with its own address, whose socket is the one with this number.
    fn support(socket: i32) -> Inbox {
        let inbox = Inbox::new(Options { url: "wss://support.example/".into(), ..plain() }).unwrap();
        choose(socket);
        inbox
    }

    #[wasm_bindgen_test]
    async fn has_its_own_address_connection_listeners_and_state() {
        page(Options { url: "wss://chat.example/".into(), ..plain() });
        let (of_page, collect_of_page) = collector::<Mine>();
        let (of_second, collect_of_second) = collector::<Mine>();
        let _guard = listen(2, collect_of_page);
        let inbox = support(1);
        let _second = inbox.listen(2, collect_of_second);
        assert_eq!(url(), "wss://support.example/");
        open();
        assert!(inbox.state().is_connected && !state().is_connected);
        assert!(Inbox::page().state().is_connecting);
        receive_text(r#"{"conversation_id":2,"message":"from support"}"#);
        assert_eq!(inbox.send_message(2, "to support").await, SendResult::Sent);

        choose(0);
        assert_eq!(url(), "wss://chat.example/");
        open();
        receive_text(r#"{"conversation_id":2,"message":"from the chat"}"#);
        assert_eq!(sent().length(), 0);
        assert_eq!(*of_page.borrow(), [mine("from the chat")]);
        assert_eq!(*of_second.borrow(), [mine("from support")]);
        inbox.disconnect();
        assert!(state().is_connected && !inbox.state().is_connected);
    }

    #[wasm_bindgen_test]
    async fn ends_with_its_last_clone_and_guard() {
        page(plain());
        let inbox = support(0);
        let guard = inbox.clone().listen(2, |_: Mine| {});
        open();
        close(1006, "");
        let sending = spawn({
            let inbox = inbox.clone();
            async move { inbox.send_message(2, "Hello").await }
        });
        let waiting = inbox.clone();
        wait_until(move || waiting.stats().queued == 1).await;
        inbox.retry();
        choose(1);
        assert_eq!(closed_with(), JsValue::NULL);
        inbox.disconnect();
        let reason = "disconnect() was called before the frame was sent".into();
        assert_eq!(result_of(sending).await, SendResult::Failed { reason });
        inbox.retry();
        choose(2);
        open();
        drop(inbox);
        assert_eq!(closed_with(), JsValue::NULL, "the guard keeps it");
        drop(guard);
        assert_eq!(closed_with(), 1000);
    }

    #[wasm_bindgen_test]
    fn may_end_in_its_own_listener() {
        page(plain());
        let inbox = support(0);
        let guard = Rc::new(RefCell::new(None));
        let own = guard.clone();
        let (received, mut collect) = collector::<Mine>();
        *guard.borrow_mut() = Some(inbox.listen(2, move |message| {
            drop(own.take());
            collect(message);
        }));
        drop(inbox);
        open();
        receive_text(r#"{"conversation_id":2,"message":"first"}"#);
        assert_eq!(*received.borrow(), [mine("first")]);
        assert_eq!(closed_with(), 1000);
        assert_eq!(reported().length(), 0);
    }

    #[wasm_bindgen_test]
    fn may_end_in_its_own_watcher() {
        page(plain());
        let inbox = support(0);
        let guards = Rc::new(RefCell::new(Vec::new()));
        let own = guards.clone();
        let watching = inbox.watch(move |state| {
            if state.is_connected {
                own.take();
            }
        });
        let listening = inbox.listen(2, |_: Mine| {});
        guards.borrow_mut().extend([watching, listening]);
        drop(inbox);
        open();
        assert_eq!(closed_with(), 1000);
        assert_eq!(reported().length(), 0);
    }

    #[wasm_bindgen_test]
    fn has_its_own_user() {
        page(plain());
        set_user(Some("ana".into()));
        let inbox = support(0);
        let _guard = inbox.listen(2, |_: Mine| {});
        open();
        inbox.set_user(Some("ana".into()));
        assert_eq!(closed_with(), 1000, "its first user");
        set_user(None);
        assert!(inbox.state().is_connecting);
    }

    #[wasm_bindgen_test]
    fn is_not_created_with_an_invalid_option() {
        let invalid = Inbox::new(Options { jitter: 2.0, ..plain() }).unwrap_err();
        assert_eq!(invalid.to_string(), "`jitter` must be a number from 0 to 1; got 2.0");
    }
}

#[wasm_bindgen_test]
async fn a_message_that_must_not_wait_is_sent_on_an_open_connection_only() {
    page(plain());
    let now = || SendOptions { queue: false, ..SendOptions::default() };
    let reason = "no connection was ready for the message, and it was not queued".to_owned();
    assert_eq!(send_message_with(1, "Hello", now()).await, SendResult::Failed { reason });
    assert_eq!((count(), stats().queued), (0, 0));
    let _guard = listen::<Mine>(1, |_| {});
    open();
    let typed = SendOptions { kind: "IMAGE".into(), ..now() };
    assert_eq!(send_message_with(1, "x.png", typed).await, SendResult::Sent);
    assert_eq!(sent_text(0), r#"{"conversation_id":1,"message":"x.png","type":"IMAGE"}"#);
}

#[wasm_bindgen_test]
async fn a_message_has_the_client_id_that_the_caller_gives() {
    let _guard = welcomed::<Mine>(|_| {});
    let options = |id: &str| SendOptions { client_id: Some(id.into()), ..SendOptions::default() };
    let sending = spawn(async move { send_message_with(2, "Hello", options("by HTTP too")).await });
    wait_for_sent(2).await;
    assert_eq!(sent_member(1, "client_id"), "by HTTP too");
    receive_text(r#"{"action":"ack","client_id":"by HTTP too","message_id":7,"seq":58}"#);
    assert_eq!(result_of(sending).await, SendResult::Delivered { message_id: Some(7.into()) });
    let reason = "`clientId` must be a string of 1 to 64 characters; got ".into();
    assert_eq!(send_message_with(2, "Hello", options("")).await, SendResult::Failed { reason });
}

#[wasm_bindgen_test]
fn configure_fails_after_first_use() {
    reset();
    let watching = watch(|_| {});
    assert_eq!(configure(plain()), Err(ConfigureError::TooLate));
    drop(watching);
    assert_eq!(configure(plain()), Ok(()));
    drop(listen::<Mine>(1, |_| {}));
    assert_eq!(configure(plain()), Err(ConfigureError::TooLate));
}

#[wasm_bindgen_test]
fn an_id_is_a_string_or_an_integer_that_javascript_represents_exactly() {
    let read = |json: &str| serde_wasm_bindgen::from_value::<Id>(JSON::parse(json).unwrap()).ok();
    assert_eq!(read("2").and_then(|id| id.as_number()), Some(2));
    assert_eq!(read("\"2\"").and_then(|id| id.as_text().map(str::to_owned)), Some("2".into()));
    assert_eq!([read("2.5"), read("9007199254740992"), read("null")], [None, None, None]);
    assert_eq!(
        Id::try_from(u64::MAX).unwrap_err().to_string(),
        "`id` must be a number from -9007199254740991 to 9007199254740991 or a string; got 18446744073709551615"
    );
    assert!(Id::try_from(-9_007_199_254_740_992_i64).is_err());
    // From a format other than JSON.
    let inexact: I64Deserializer<serde::de::value::Error> = i64::MAX.into_deserializer();
    assert!(Id::deserialize(inexact).is_err());
    assert_eq!(format!("{} {}", Id::from(2), Id::from("b")), "2 b");
}
