import { useEffect, useReducer } from "react";

import { type PendingMessage, type SendResult, discard, resend, send as sendFrame } from "inbox-socket";
import { useWebSocket } from "inbox-socket/react";

import type { User } from "./api";
import { type Outgoing, conversationReducer, emptyConversation } from "./conversation";
import { isGap, isHistory, isMessage, isRefusal } from "./frames";

/** One live conversation: its messages, and functions to send to it. */
export function useConversation(conversationId: number, me: User) {
  const [conversation, dispatch] = useReducer(conversationReducer, emptyConversation);

  const { isConnected, pending, sendMessage, requestMessages } = useWebSocket(conversationId, (frame) => {
    if (isMessage(frame)) {
      dispatch({ type: "arrived", message: frame, myId: me.id });
    } else if (isHistory(frame)) {
      dispatch({ type: "loaded", history: frame, myId: me.id });
    } else if (isGap(frame)) {
      dispatch({ type: "gap" });
    } else if (isRefusal(frame)) {
      dispatch({ type: "refused", detail: frame.detail });
    }
  });

  useEffect(() => {
    if (!isConnected) dispatch({ type: "disconnected" });
  }, [isConnected]);

  // Requests again if the connection was lost before the reply.
  const needsHistory = !conversation.isLoaded || conversation.missingAfter !== null;
  useEffect(() => {
    if (isConnected && needsHistory) requestMessages(conversationId);
  }, [isConnected, needsHistory, conversationId, requestMessages]);

  /** Shows a message that has left the library's queue until the server sends it back. */
  const follow = async (key: string, text: string, sending: Promise<SendResult>) => {
    const outcome = await sending;
    if (outcome.status === "sent") dispatch({ type: "sent", key, text });
    if (outcome.status === "delivered") dispatch({ type: "delivered", key, text, messageId: outcome.messageId });
  };

  const send = (text: string) => {
    // Unlike randomUUID(), available on plain http too.
    const clientId = crypto.getRandomValues(new Uint32Array(4)).join("-");
    void follow(clientId, text, sendMessage(conversationId, text, undefined, { clientId }));
  };

  const sendAgain = ({ key, text, isPending }: Outgoing) => {
    if (isPending) return void follow(key, text, resend(key));
    dispatch({ type: "discarded", key });
    send(text);
  };

  const dismiss = ({ key, isPending }: Outgoing) => {
    if (isPending) discard(key);
    else dispatch({ type: "discarded", key });
  };

  // The hook's requestMessages requests the newest page; an older page needs a custom frame.
  const showEarlier = () => {
    const before = conversation.messages[0]?.message_id;
    sendFrame({ action: "get_messages", conversation_id: conversationId, before });
  };

  const outgoing = [...conversation.outgoing, ...pending.map(fromPending)];
  return { ...conversation, outgoing, isConnected, send, sendAgain, dismiss, showEarlier };
}

/** A message that this page or an earlier one has written, and that the server has not acknowledged. */
function fromPending({ clientId, message, state, reason }: PendingMessage): Outgoing {
  return { key: clientId, text: message, state: state === "waiting" ? "sending" : state, reason, isPending: true };
}
