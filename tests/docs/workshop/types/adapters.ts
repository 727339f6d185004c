// Tests of the adapters' types, which the type check runs.

import { createInbox, type InboxFrame } from "inbox-socket";
import { InboxProvider, useWebSocket as useSolid } from "inbox-socket/solid";
import { setInbox, useWebSocket as useSvelte } from "inbox-socket/svelte";
import { provideInbox, useWebSocket as useVue } from "inbox-socket/vue";
import { ref, shallowRef } from "vue";

import { same } from "./equal.js";

interface Mine {
  conversation_id: number;
  message: string;
}

const vue = useVue<Mine>(ref(2), (frame) => same<typeof frame, InboxFrame<Mine>>(true));
same<typeof vue.isConnected.value, boolean>(true);
same<typeof vue.error.value, string | null>(true);
same<typeof vue.reconnectAttempts.value, number>(true);
same<typeof vue.lastMessage.value, InboxFrame<Mine> | null>(true);
vue.sendMessage(2, "Hello").then(({ status }) => status);
useVue(() => "2");
useVue(null);
// @ts-expect-error the state is read-only
vue.isConnected.value = true;
// @ts-expect-error a ref must contain a conversation's id
useVue(ref({ id: 2 }));

for (const useWebSocket of [useSolid, useSvelte]) {
  const chat = useWebSocket<Mine>(
    () => 2,
    (frame) => same<typeof frame, InboxFrame<Mine>>(true),
  );
  same<typeof chat.isConnected, boolean>(true);
  same<typeof chat.lastMessage, InboxFrame<Mine> | null>(true);
  useWebSocket(undefined);
  // @ts-expect-error the state is read-only
  chat.isConnected = true;
  // @ts-expect-error an accessor must return a conversation's id
  useWebSocket(() => ({ id: 2 }));
}

const inbox = createInbox();
provideInbox(inbox);
provideInbox(shallowRef(inbox));
provideInbox(() => inbox);
setInbox(inbox);
setInbox(() => inbox);
InboxProvider({ inbox, children: "text" });
// @ts-expect-error options are not an inbox
provideInbox({ url: "/ws" });
// @ts-expect-error options are not an inbox
setInbox({ url: "/ws" });
// @ts-expect-error a provider needs an inbox
InboxProvider({});
