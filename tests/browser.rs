//! The shell in a real browser: `wasm-pack test --headless --chrome` (or `--firefox`).
//!
//! The tests replace the browser's WebSocket and control its server side; `tests/npm` and `tests/e2e` use
//! real sockets and a real server.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod scripted;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use inbox_socket::exports::{
    Subscription, configure, create_inbox, disconnect, get_state, get_stats, retry, send_message, subscribe,
    subscribe_state, use_web_socket,
};
use js_sys::{Array, Function, JSON, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use scripted::*;

wasm_bindgen_test_configure!(run_in_browser);

/// Most tests of the shell are simplest without layer 1.
const PLAIN: &str = r#"{"protocol": 0}"#;

/// Resets the page to its state after loading, with these options.
fn page(options: &str) {
    install();
    disconnect();
    configure(&JSON::parse(options).unwrap());
}

fn connected(conversation: impl Into<JsValue>, listener: &Function) -> Subscription {
    let subscription = use_web_socket(conversation.into(), listener);
    open();
    subscription
}

fn state(member: &str) -> JsValue {
    Reflect::get(&get_state(), &member.into()).unwrap()
}

fn stat(member: &str) -> u32 {
    let value = Reflect::get(&get_stats(), &member.into()).unwrap();
    value.as_f64().unwrap() as u32
}

async fn status_of(promise: Promise) -> String {
    let result = JsFuture::from(promise).await.unwrap();
    Reflect::get(&result, &"status".into()).unwrap().as_string().unwrap()
}

#[wasm_bindgen_test]
fn the_first_listener_opens_a_socket_to_the_default_address_and_the_second_shares_it() {
    page(PLAIN);
    let one = use_web_socket(1.into(), &listener());
    let two = use_web_socket(2.into(), &listener());
    assert_eq!(count(), 1);
    assert!(url().starts_with("ws://") && url().ends_with("/ws/inbox/"), "{}", url());
    assert!(state("isConnecting").is_truthy());
    open();
    assert!(state("isConnected").is_truthy());
    one.release();
    two.release();
}

#[wasm_bindgen_test]
fn a_created_inbox_has_its_own_options_and_connection() {
    page(PLAIN);
    let inbox = create_inbox(&JSON::parse(r#"{"url": "wss://other.example/", "protocol": 0}"#).unwrap());
    let subscribe: Function = Reflect::get(&inbox, &"subscribe".into()).unwrap().unchecked_into();
    let end: Function = subscribe.call2(&inbox, &1.into(), &listener()).unwrap().unchecked_into();
    assert_eq!(url(), "wss://other.example/");
    assert!(!state("isConnecting").is_truthy());
    end.call0(&JsValue::UNDEFINED).unwrap();
}

#[wasm_bindgen_test]
async fn the_connection_closes_with_1000_after_the_last_listener_leaves() {
    page(r#"{"linger": 10, "protocol": 0}"#);
    let only = connected(1, &listener());
    only.release();
    only.release();
    wait_until(|| closed_with() == 1000).await;
    assert!(!state("isConnected").is_truthy());
    assert_eq!(stat("listeners"), 0);
}

#[wasm_bindgen_test]
fn a_message_reaches_the_conversation_whose_id_has_the_same_type_and_value() {
    page(PLAIN);
    let (number, text, zero, all) = (listener(), listener(), listener(), listener());
    let subscriptions = [
        connected(2, &number),
        use_web_socket("2".into(), &text),
        use_web_socket(0.into(), &zero),
        use_web_socket(JsValue::NULL, &all),
    ];
    for frame in
        [r#"{"conversation_id":2}"#, r#"{"conversation_id":"2"}"#, r#"{"conversation_id":0}"#, r#"{"a":1}"#]
    {
        receive(&frame.into());
    }
    let counts = [&number, &text, &zero, &all].map(|listener| frames_of(listener).length());
    assert_eq!(counts, [1, 1, 1, 4]);
    assert_eq!(JSON::stringify(&frames_of(&text).get(0)).unwrap(), r#"{"conversation_id":"2"}"#);
    assert_eq!(stat("framesParsed"), 4);
    subscriptions.iter().for_each(Subscription::release);
}

#[wasm_bindgen_test]
fn each_subscription_keeps_its_own_last_message() {
    page(PLAIN);
    let one = connected(1, &listener());
    let two = use_web_socket(2.into(), &listener());
    assert!(one.last_message().is_null());
    receive(&r#"{"conversation_id":1,"message":"a"}"#.into());
    receive(&r#"{"conversation_id":1,"message":"b"}"#.into());
    assert_eq!(JSON::stringify(&one.last_message()).unwrap(), r#"{"conversation_id":1,"message":"b"}"#);
    assert!(two.last_message().is_null());
    one.release();
    two.release();
}

#[wasm_bindgen_test]
fn an_unusable_frame_is_dropped_and_the_next_one_delivered() {
    page(r#"{"frameLimit": 100, "protocol": 0}"#);
    let all = listener();
    let subscription = connected(JsValue::NULL, &all);
    let long = format!(r#"{{"text":"{}"}}"#, "x".repeat(100));
    let unusable = ["nonsense", "[]", "null", "7", "\"text\"", "", &long];
    for frame in unusable {
        receive(&frame.into());
    }
    receive(&js_sys::ArrayBuffer::new(4));
    receive(&r#"{"fine":true}"#.into());
    assert_eq!(frames_of(&all).length(), 1);
    assert_eq!(stat("framesDropped"), 8);
    assert!(state("isConnected").is_truthy());
    subscription.release();
}

#[wasm_bindgen_test]
fn an_error_of_a_listener_is_reported_and_the_other_listeners_are_still_called() {
    page(PLAIN);
    let (before, after) = (listener(), listener());
    let subscriptions =
        [connected(1, &before), use_web_socket(1.into(), &throwing()), use_web_socket(1.into(), &after)];
    receive(&r#"{"conversation_id":1}"#.into());
    receive(&r#"{"conversation_id":1}"#.into());
    assert_eq!((frames_of(&before).length(), frames_of(&after).length()), (2, 2));
    assert_eq!(reported().length(), 2);
    subscriptions.iter().for_each(Subscription::release);
}

#[wasm_bindgen_test]
fn a_listener_may_leave_during_its_own_call() {
    page(PLAIN);
    let (leaver, stays) = (leaving(), listener());
    let release = subscribe(1.into(), &leaver);
    leave_with(&leaver, &release);
    open();
    let other = use_web_socket(1.into(), &stays);
    receive(&r#"{"conversation_id":1}"#.into());
    receive(&r#"{"conversation_id":1}"#.into());
    assert_eq!((frames_of(&leaver).length(), frames_of(&stays).length()), (1, 2));
    other.release();
}

#[wasm_bindgen_test]
fn listeners_are_called_in_order_of_subscription_and_listeners_of_all_conversations_last() {
    page(PLAIN);
    let calls = Array::new();
    let note = |name: &'static str| {
        let calls = calls.clone();
        Closure::<dyn Fn()>::new(move || {
            calls.push(&name.into());
        })
        .into_js_value()
        .unchecked_into::<Function>()
    };
    let subscriptions = [
        connected(JsValue::NULL, &note("all")),
        use_web_socket(1.into(), &note("a")),
        use_web_socket(1.into(), &note("b")),
        use_web_socket(1.into(), &note("c")),
        use_web_socket(1.into(), &note("d")),
    ];
    let receive_one = || {
        calls.set_length(0);
        receive(&r#"{"conversation_id":1}"#.into());
        String::from(calls.join(" "))
    };
    assert_eq!(receive_one(), "a b c d all");
    for (leaver, left) in [(2, "a c d all"), (4, "a c all"), (1, "c all"), (3, "all")] {
        subscriptions[leaver].release();
        assert_eq!(receive_one(), left);
    }
    let again = use_web_socket(1.into(), &note("e"));
    assert_eq!(receive_one(), "e all");
    again.release();
    subscriptions[0].release();
}

#[wasm_bindgen_test]
async fn the_connection_closes_after_the_last_listener_leaves_during_its_own_call() {
    page(r#"{"linger": 10, "protocol": 0}"#);
    let leaver = leaving();
    leave_with(&leaver, &subscribe(1.into(), &leaver));
    open();
    receive(&r#"{"conversation_id":1}"#.into());
    wait_until(|| closed_with() == 1000).await;
}

#[wasm_bindgen_test]
fn a_listener_removed_during_a_dispatch_is_not_called() {
    page(PLAIN);
    let (leaver, gone, stays) = (leaving(), listener(), listener());
    let releases =
        [&leaver, &gone].map(|listener| subscribe(1.into(), listener).unchecked_into::<Function>());
    let both = Closure::once_into_js(move || {
        for release in &releases {
            release.call0(&JsValue::NULL).unwrap();
        }
    });
    leave_with(&leaver, &both);
    open();
    let last = use_web_socket(1.into(), &stays);
    receive(&r#"{"conversation_id":1}"#.into());
    assert_eq!(
        (frames_of(&leaver).length(), frames_of(&gone).length(), frames_of(&stays).length()),
        (1, 0, 1)
    );
    assert_eq!((stat("framesDelivered"), reported().length()), (2, 0));
    last.release();
}

#[wasm_bindgen_test]
fn a_listener_added_during_a_dispatch_first_receives_the_next_message() {
    page(PLAIN);
    let (host, own, all) = (leaving(), listener(), listener());
    let guests = Rc::new(OnceCell::new());
    let (came, called) = (guests.clone(), [own.clone(), all.clone()]);
    let come = Closure::once_into_js(move || {
        let guests = [use_web_socket(1.into(), &called[0]), use_web_socket(JsValue::NULL, &called[1])];
        came.set(guests).ok().unwrap();
    });
    leave_with(&host, &come);
    let subscription = connected(1, &host);
    receive(&r#"{"conversation_id":1,"message":"this"}"#.into());
    assert_eq!((frames_of(&own).length(), frames_of(&all).length()), (0, 0));
    leave_with(&host, &Function::new_no_args(""));
    receive(&r#"{"conversation_id":1,"message":"next"}"#.into());
    assert_eq!((frames_of(&own).length(), frames_of(&all).length()), (1, 1));
    subscription.release();
    guests.get().unwrap().iter().for_each(Subscription::release);
}

#[wasm_bindgen_test]
fn a_message_without_listeners_is_parsed_only_if_the_scan_is_uncertain() {
    page(PLAIN);
    let two = listener();
    let subscription = connected(2, &two);
    for (frame, parsed, received) in [
        (r#"{"conversation_id":3,"message":"x"}"#, 0, 0),
        (r#"{"conversation_id":3,"seq":5,"message":"x"}"#, 0, 0),
        (r#"{"conversation_id":30,"message":"a sequence of actions"}"#, 0, 0),
        // The search for keys matches text inside a string.
        (r#"{"conversation_id":30,"message":"conversation_id: 2"}"#, 1, 0),
        // Parsed, because there is a listener.
        (r#"{"conversation_id":2,"message":"x"}"#, 1, 1),
        // JSON.parse takes the last of two equal keys.
        (r#"{"conversation_id":3,"conversation_id":2}"#, 1, 1),
        (r#"{"conversation_id":3,"m":1,"conversation\u005fid":2}"#, 1, 1),
        // Keys in any order, with a space, and beside nested objects.
        (r#"{"message":"x","conversation_id":3}"#, 0, 0),
        (r#"{"message": "x", "seq": 6, "conversation_id": 3}"#, 0, 0),
        (r#"{ "conversation_id":3}"#, 0, 0),
        (r#"{"conversation_id":3,"sender":{"id":2}}"#, 0, 0),
        (r#"{"message":"x","conversation_id":2}"#, 1, 1),
        (r#"{"conversation_id": 2,"message":"x"}"#, 1, 1),
        // Another key's value at the usual position of the id.
        (r#"{"created_by_user":3,"conversation_id":2}"#, 1, 1),
        (r#"{"created_by_user":3,"conversation_id":30}"#, 1, 0),
        // A nested id, and a nested `seq`.
        (r#"{"reply_to":{"conversation_id":3}}"#, 1, 0),
        (r#"{"reply_to":{"conversation_id":3},"conversation_id":2}"#, 1, 1),
        (r#"{"conversation_id":3,"reply_to":{"conversation_id":2}}"#, 1, 0),
        (r#"{"reply_to":{"seq":7},"conversation_id":3}"#, 1, 0),
        (r#"{"conversation_id":3,"reply_to":{"seq":7}}"#, 1, 0),
        // A brace, and numbers in another notation.
        (r#"{"message":"{","conversation_id":3}"#, 1, 0),
        (r#"{"conversation_id":3,"seq" :7}"#, 1, 0),
        (r#"{"conversation_id":3,"seq":7.0}"#, 1, 0),
        (r#"{"conversation_id":"2","message":"x"}"#, 1, 0),
        (r#"{"conversation_id":2.0,"message":"x"}"#, 1, 1),
        (r#"{"conversation_id":0.2e1,"message":"x"}"#, 1, 1),
        (r#"{"conversation_id":3,"action":"messages_response"}"#, 1, 0),
        (r#"{"conversation_id":3,"action" :"messages_response"}"#, 1, 0),
        (r#"{"conversation_id":3,"conversation_id" :2}"#, 1, 1),
    ] {
        let before = (stat("framesParsed"), frames_of(&two).length());
        receive(&frame.into());
        assert_eq!(
            (stat("framesParsed") - before.0, frames_of(&two).length() - before.1),
            (parsed, received),
            "{frame}"
        );
    }
    subscription.release();
}

#[wasm_bindgen_test]
async fn a_message_written_offline_is_sent_after_reconnection() {
    page(r#"{"reconnectDelays": [10], "jitter": 0, "protocol": 0}"#);
    let subscription = connected(1, &listener());
    close(1006, "");
    assert_eq!(state("error"), "Connection lost - reconnecting in background...");
    let sending = send_message(&1.into(), &"Hello".into(), &JsValue::UNDEFINED, &JsValue::UNDEFINED);
    wait_until(|| count() == 2).await;
    open();
    assert_eq!(sent().join(" "), r#"{"conversation_id":1,"message":"Hello","type":"TEXT"}"#);
    assert_eq!(status_of(sending).await, "sent");
    assert!(state("error").is_null());
    subscription.release();
}

#[wasm_bindgen_test]
async fn an_invalid_message_fails_and_is_not_sent() {
    page(PLAIN);
    let subscription = connected(1, &listener());
    let circular = js_sys::Object::new();
    Reflect::set(&circular, &"self".into(), &circular).unwrap();
    for (id, message) in [
        (JsValue::from(1), JsValue::from("")),
        (1.into(), JsValue::UNDEFINED),
        (1.into(), circular.into()),
        (JsValue::NULL, "Hello".into()),
    ] {
        assert_eq!(
            status_of(send_message(&id, &message, &JsValue::UNDEFINED, &JsValue::UNDEFINED)).await,
            "failed"
        );
    }
    assert_eq!(sent().length(), 0);
    subscription.release();
}

#[wasm_bindgen_test]
async fn each_attempt_calls_the_url_function_and_only_the_current_attempt_uses_the_result() {
    install();
    disconnect();
    let options = js_sys::Object::new();
    Reflect::set(&options, &"url".into(), &slow_url()).unwrap();
    configure(&options);
    let subscription = use_web_socket(1.into(), &listener());
    retry();
    retry();
    assert_eq!((url_calls(), count()), (3, 0));
    answer_url("wss://example.com/ws/?token=1");
    wait_until(|| count() == 1).await;
    assert_eq!(url(), "wss://example.com/ws/?token=1");
    subscription.release();
}

#[wasm_bindgen_test]
fn a_watcher_is_called_after_each_change_of_the_state_until_it_is_removed() {
    page(PLAIN);
    let watcher = listener();
    let unwatch: Function = subscribe_state(watcher.clone()).unchecked_into();
    let subscription = connected(1, &listener());
    assert_eq!(frames_of(&watcher).length(), 2, "connecting, connected");
    unwatch.call0(&JsValue::UNDEFINED).unwrap();
    close(1006, "");
    assert_eq!(frames_of(&watcher).length(), 2);
    subscription.release();
}

#[wasm_bindgen_test]
fn a_watcher_removed_by_an_earlier_watcher_is_not_called() {
    page(PLAIN);
    let unwatch = Rc::new(RefCell::new(None::<Function>));
    let other = unwatch.clone();
    let first = Closure::<dyn Fn()>::new(move || {
        if let Some(unwatch) = other.take() {
            unwatch.call0(&JsValue::UNDEFINED).unwrap();
        }
    });
    let second = listener();
    let end: Function = subscribe_state(first.as_ref().unchecked_ref::<Function>().clone()).unchecked_into();
    *unwatch.borrow_mut() = Some(subscribe_state(second.clone()).unchecked_into());
    let subscription = connected(1, &listener());
    assert_eq!(frames_of(&second).length(), 0);
    end.call0(&JsValue::UNDEFINED).unwrap();
    subscription.release();
}

mod layer_1 {
    use super::*;

    /// Resets the page and lets it receive `welcome`. Returns a subscription to all frames, and its listener.
    fn welcomed() -> (Subscription, Function) {
        page("{}");
        let all = listener();
        let subscription = connected(JsValue::NULL, &all);
        receive(&r#"{"action":"welcome","protocol":1,"user_id":1,"heads":{"2":57}}"#.into());
        (subscription, all)
    }

    fn message(seq: u32) -> JsValue {
        format!(r#"{{"conversation_id":2,"seq":{seq},"message":"m{seq}"}}"#).into()
    }

    fn seqs_of(listener: &Function) -> String {
        let seqs =
            frames_of(listener).into_iter().map(|message| Reflect::get(&message, &"seq".into()).unwrap());
        seqs.collect::<Array>().join(" ").into()
    }

    fn sent_frame(index: u32) -> JsValue {
        JSON::parse(&sent().get(index).as_string().unwrap()).unwrap()
    }

    fn member(value: &JsValue, name: &str) -> JsValue {
        Reflect::get(value, &name.into()).unwrap()
    }

    #[wasm_bindgen_test]
    fn the_client_sends_hello_first() {
        let (subscription, _) = welcomed();
        assert_eq!(sent().get(0), r#"{"action":"hello","protocol":1,"cursors":{}}"#);
        assert!(member(&get_stats(), "assured").is_truthy());
        subscription.release();
    }

    #[wasm_bindgen_test]
    async fn an_acknowledged_message_resolves_to_delivered_with_its_id() {
        let (subscription, _) = welcomed();
        let sending = send_message(&2.into(), &"Hello".into(), &JsValue::UNDEFINED, &JsValue::UNDEFINED);
        let client_id = member(&sent_frame(1), "client_id").as_string().unwrap();
        let ack = format!(r#"{{"action":"ack","client_id":"{client_id}","message_id":789,"seq":58}}"#);
        receive(&ack.as_str().into());
        let result = JsFuture::from(sending).await.unwrap();
        assert_eq!(JSON::stringify(&result).unwrap(), r#"{"status":"delivered","messageId":789}"#);
        subscription.release();
    }

    #[wasm_bindgen_test]
    async fn a_rejected_message_fails_with_the_servers_reason() {
        let (subscription, _) = welcomed();
        let sending = send_message(&9.into(), &"Hello".into(), &JsValue::UNDEFINED, &JsValue::UNDEFINED);
        let client_id = member(&sent_frame(1), "client_id").as_string().unwrap();
        let error = format!(r#"{{"action":"error","code":"not_found","detail":"No.","ref":"{client_id}"}}"#);
        receive(&error.as_str().into());
        let result = JsFuture::from(sending).await.unwrap();
        assert_eq!(JSON::stringify(&result).unwrap(), r#"{"status":"failed","reason":"No."}"#);
        subscription.release();
    }

    #[wasm_bindgen_test]
    fn each_message_is_received_once_and_in_order() {
        let (subscription, all) = welcomed();
        for seq in [58, 58, 60, 57, 59, 61] {
            receive(&message(seq));
        }
        assert_eq!(seqs_of(&all), "58 59 60 61");
        assert_eq!(stat("duplicates"), 2);
        subscription.release();
    }

    #[wasm_bindgen_test]
    async fn missing_messages_are_fetched_with_sync() {
        let (subscription, all) = welcomed();
        receive(&message(60));
        wait_until(|| sent().length() == 2).await;
        assert_eq!(JSON::stringify(&member(&sent_frame(1), "after")).unwrap(), r#"{"2":57}"#);
        let id = member(&sent_frame(1), "id").as_f64().unwrap();
        let history = [58, 59, 60].map(|seq| message(seq).as_string().unwrap()).join(",");
        let response = format!(
            r#"{{"action":"sync_response","id":{id},"messages":[{history}],"heads":{{"2":60}},"has_more":false}}"#
        );
        receive(&response.as_str().into());
        assert_eq!(seqs_of(&all), "58 59 60");
        assert_eq!(stat("recovered"), 3);
        subscription.release();
    }

    #[wasm_bindgen_test]
    async fn a_gap_is_reported_before_the_messages_after_it() {
        let (subscription, all) = welcomed();
        receive(&message(90));
        wait_until(|| sent().length() == 2).await;
        let id = member(&sent_frame(1), "id").as_f64().unwrap();
        let response = format!(
            r#"{{"action":"sync_response","id":{id},"messages":[{}],"heads":{{"2":90}},"has_more":false,"floors":{{"2":88}}}}"#,
            message(89).as_string().unwrap()
        );
        receive(&response.as_str().into());
        let frames = frames_of(&all);
        assert_eq!(
            JSON::stringify(&frames.get(0)).unwrap(),
            r#"{"action":"gap","conversation_id":2,"after":57,"before":89}"#
        );
        assert_eq!(seqs_of(&all), " 89 90");
        subscription.release();
    }

    #[wasm_bindgen_test]
    fn the_next_users_first_message_is_sent_after_a_logout() {
        let (subscription, _) = welcomed();
        subscription.release();
        disconnect();
        let subscription = use_web_socket(2.into(), &listener());
        let _ = send_message(&2.into(), &"mine".into(), &JsValue::UNDEFINED, &JsValue::UNDEFINED);
        open();
        receive(&r#"{"action":"welcome","protocol":1,"user_id":2,"heads":{}}"#.into());
        assert_eq!(member(&sent_frame(1), "message"), "mine");
        subscription.release();
    }

    #[wasm_bindgen_test]
    fn a_listener_may_disconnect_while_a_sync_response_is_delivered() {
        page("{}");
        let leaver = leaving();
        leave_with(&leaver, &Closure::once_into_js(disconnect));
        let subscription = connected(JsValue::NULL, &leaver);
        receive(&r#"{"action":"welcome","protocol":1,"user_id":1,"heads":{"2":57}}"#.into());
        receive(&r#"{"action":"welcome","protocol":1,"user_id":1,"heads":{"2":60}}"#.into());
        let id = member(&sent_frame(1), "id").as_f64().unwrap();
        let history = [58, 59, 60].map(|seq| message(seq).as_string().unwrap()).join(",");
        let response = format!(
            r#"{{"action":"sync_response","id":{id},"messages":[{history}],"heads":{{"2":60}},"has_more":false}}"#
        );
        receive(&response.as_str().into());
        assert_eq!((seqs_of(&leaver).as_str(), closed_with()), ("58", 1000.into()));
        subscription.release();
    }

    #[wasm_bindgen_test]
    fn no_further_gap_is_reported_after_a_listener_disconnects() {
        page("{}");
        let (leaver, other, newcomer) = (leaving(), listener(), listener());
        let subscription = connected(2, &leaver);
        let others: Function = subscribe(7.into(), &other).unchecked_into();
        let newcomers = newcomer.clone();
        leave_with(
            &leaver,
            &Closure::once_into_js(move || {
                disconnect();
                others.call0(&JsValue::NULL).unwrap();
                subscribe(99.into(), &newcomers)
            }),
        );
        receive(&r#"{"action":"welcome","protocol":1,"user_id":1,"heads":{"2":5,"7":5}}"#.into());
        receive(&r#"{"action":"welcome","protocol":1,"user_id":1,"heads":{"2":9,"7":9}}"#.into());
        let id = member(&sent_frame(1), "id").as_f64().unwrap();
        let response = format!(
            r#"{{"action":"sync_response","id":{id},"messages":[],"heads":{{}},"has_more":false,"floors":{{"2":7,"7":7}}}}"#
        );
        receive(&response.as_str().into());
        let counts = [&leaver, &other, &newcomer].map(|listener| frames_of(listener).length());
        assert_eq!(counts, [1, 0, 0]);
        retry();
        assert_eq!(count(), 2, "retry() connects again");
        subscription.release();
        disconnect();
    }

    #[wasm_bindgen_test]
    fn the_client_uses_layer_0_with_a_server_that_does_not_know_hello() {
        for proof in [
            r#"{"action":"error","code":"unknown_action","detail":"?","ref":null}"#,
            r#"{"conversation_id":2,"message":"plain"}"#,
            r#"{"action":"messages_response","conversation_id":2,"messages":[]}"#,
        ] {
            page("{}");
            let subscription = connected(1, &listener());
            let _ = send_message(&2.into(), &"Hello".into(), &JsValue::UNDEFINED, &JsValue::UNDEFINED);
            assert_eq!(sent().length(), 1, "the message waits for the layer");
            receive(&proof.into());
            assert_eq!(sent().length(), 2, "{proof}");
            subscription.release();
            disconnect();
        }
    }

    #[wasm_bindgen_test]
    fn a_new_conversation_that_reuses_a_slot_does_not_receive_the_old_ones_message() {
        page("{}");
        let (leaver, newcomer) = (leaving(), listener());
        let leave: Function = subscribe(2.into(), &leaver).unchecked_into();
        let newcomers = Rc::new(OnceCell::new());
        let (came, called) = (newcomers.clone(), newcomer.clone());
        let leave_and_come = Closure::once_into_js(move || {
            leave.call0(&JsValue::UNDEFINED).unwrap();
            came.set(use_web_socket(3.into(), &called)).ok().unwrap();
        });
        leave_with(&leaver, &leave_and_come);
        open();
        // The client holds the first message until the second one, without `seq`, proves layer 0.
        receive(&r#"{"conversation_id":2,"seq":5,"message":"held"}"#.into());
        receive(&r#"{"conversation_id":2,"message":"plain"}"#.into());
        assert!(newcomers.get().is_some(), "the first was received");
        assert_eq!(frames_of(&newcomer).length(), 0);
        newcomers.get().unwrap().release();
    }

    #[wasm_bindgen_test]
    fn listeners_do_not_receive_the_error_for_hello_even_after_another_proof_of_layer_0() {
        page("{}");
        let all = listener();
        let subscription = connected(JsValue::NULL, &all);
        receive(&r#"{"conversation_id":2,"message":"plain"}"#.into());
        receive(&r#"{"action":"error","code":"unknown_action","detail":"?","ref":null}"#.into());
        assert_eq!(frames_of(&all).length(), 1);
        // A later error replies to a frame of the application.
        receive(&r#"{"action":"error","code":"unknown_action","detail":"?","ref":null}"#.into());
        assert_eq!(frames_of(&all).length(), 2);
        subscription.release();
    }

    #[wasm_bindgen_test]
    fn protocol_0_never_sends_hello() {
        page(r#"{"protocol": 0}"#);
        let subscription = connected(1, &listener());
        let _ = send_message(&2.into(), &"Hello".into(), &JsValue::UNDEFINED, &JsValue::UNDEFINED);
        assert_eq!(sent().join("|"), r#"{"conversation_id":2,"message":"Hello","type":"TEXT"}"#);
        subscription.release();
    }

    /// Returns a list of the examples of PROTOCOL.md, which the server's tests use as well.
    fn examples(list: &str) -> Array {
        let examples = JSON::parse(include_str!("wire/examples.json")).unwrap();
        member(&examples, list).unchecked_into()
    }

    /// Asserts that after this frame, the page is still connected and receives the next message.
    fn assert_survives(frame: &JsValue) {
        page("{}");
        let all = listener();
        let subscription = connected(JsValue::NULL, &all);
        receive(&r#"{"action":"welcome","protocol":1,"user_id":456,"heads":{"2":57,"7":12}}"#.into());
        receive(frame);
        let before = frames_of(&all).length();
        receive(&r#"{"conversation_id":777,"seq":1,"message":"next"}"#.into());
        assert_eq!(frames_of(&all).length(), before + 1, "{frame:?}");
        assert!(state("isConnected").is_truthy(), "{frame:?}");
        subscription.release();
        disconnect();
    }

    #[wasm_bindgen_test]
    fn the_client_survives_every_example_from_a_server() {
        let frames = examples("frames");
        let from_server = frames.iter().filter(|example| member(example, "from") == "server");
        let texts: Vec<_> = from_server.map(|it| JSON::stringify(&member(&it, "frame")).unwrap()).collect();
        assert!(texts.len() > 5, "the examples were found");
        texts.iter().for_each(|text| assert_survives(text));
    }

    #[wasm_bindgen_test]
    fn the_client_survives_every_malformed_example_from_a_server() {
        let malformed = examples("malformed_from_server");
        assert!(malformed.length() > 20, "the examples were found");
        malformed.iter().for_each(|example| assert_survives(&member(&example, "text")));
    }
}
