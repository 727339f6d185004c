//! Two conversations over one connection.

use inbox_socket::{Options, SendResult};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use yew::platform::spawn_local;
use yew::prelude::*;

/// The members of a chat message that this page reads.
#[derive(Deserialize)]
struct Message {
    message: String,
}

#[derive(PartialEq, Properties)]
struct ConversationProps {
    id: u32,
}

#[component]
fn Conversation(&ConversationProps { id }: &ConversationProps) -> Html {
    let messages = use_mut_ref(Vec::<Message>::new);
    let state = use_state(inbox_socket::state);
    let failure = use_state(|| None::<String>);
    let update = use_force_update();

    {
        let messages = messages.clone();
        use_effect_with(id, move |&id| {
            let listener = inbox_socket::listen(id, move |message| {
                messages.borrow_mut().push(message);
                update.force_update();
            });
            move || drop(listener)
        });
    }
    {
        let state = state.clone();
        use_effect_with((), move |()| {
            let watcher = inbox_socket::watch(move |now| state.set(now));
            move || drop(watcher)
        });
    }
    let say_hello = {
        let failure = failure.clone();
        Callback::from(move |_| {
            let failure = failure.clone();
            spawn_local(async move {
                if let SendResult::Failed { reason } = inbox_socket::send_message(id, "Hello").await {
                    failure.set(Some(reason));
                }
            });
        })
    };

    html! {
        <section aria-label={format!("Conversation {id}")}>
            <p role="status">
                { if state.is_connected { "connected" } else { state.error.map_or("connecting", |error| error.text()) } }
            </p>
            <ul>
                { for messages.borrow().iter().map(|message| html! { <li>{ &message.message }</li> }) }
            </ul>
            <button onclick={say_hello}>{ "Say hello" }</button>
            if let Some(reason) = &*failure {
                <p role="alert">{ reason }</p>
            }
        </section>
    }
}

#[component]
fn Page() -> Html {
    html! {
        <>
            <Conversation id={1} />
            <Conversation id={2} />
        </>
    }
}

/// Exported to the page's JavaScript: the library exports nothing, so any name is free.
#[wasm_bindgen]
pub fn retry() {
    inbox_socket::retry();
}

fn main() {
    // `configure` fails only for invalid option values, and these are valid.
    inbox_socket::configure(Options { url: "/ws/inbox/".into(), ..Options::default() }).unwrap_throw();
    yew::Renderer::<Page>::new().render();
}
