//! Two conversations over one connection.

mod inbox;

use inbox::{Message, SendResult};
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
struct ConversationProps {
    id: u32,
}

#[component]
fn Conversation(&ConversationProps { id }: &ConversationProps) -> Html {
    let messages = use_mut_ref(Vec::<Message>::new);
    let state = use_state(inbox::state);
    let failure = use_state(|| None::<String>);
    let update = use_force_update();

    {
        let messages = messages.clone();
        use_effect_with(id, move |&id| {
            let listener = inbox::listen(id, move |message| {
                messages.borrow_mut().push(message);
                update.force_update();
            });
            move || drop(listener)
        });
    }
    {
        let state = state.clone();
        use_effect_with((), move |()| {
            let watcher = inbox::watch(move |now| state.set(now));
            move || drop(watcher)
        });
    }
    let say_hello = {
        let failure = failure.clone();
        Callback::from(move |_| {
            let failure = failure.clone();
            spawn_local(async move {
                if let SendResult::Failed { reason } = inbox::send_message(id, "Hello").await {
                    failure.set(Some(reason));
                }
            });
        })
    };

    html! {
        <section aria-label={format!("Conversation {id}")}>
            <p role="status">
                { if state.is_connected { "connected" } else { state.error.as_deref().unwrap_or("connecting") } }
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

fn main() {
    inbox::configure("/ws/inbox/");
    yew::Renderer::<Page>::new().render();
}
