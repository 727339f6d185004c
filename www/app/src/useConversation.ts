import { useEffect, useReducer } from "react";

import { send as sendFrame } from "inbox-socket";
import { useWebSocket } from "inbox-socket/react";

import type { User } from "./api";
import { type Outgoing, conversationReducer, emptyConversation } from "./conversation";
import { isGap, isHistory, isMessage, isRefusal } from "./frames";

let written = 0;

/** One live conversation: its messages, and functions to send to it. */
export function useConversation(conversationId: number, me: User) {
  const [conversation, dispatch] = useReducer(conversationReducer, emptyConversation);

  const { isConnected, sendMessage, requestMessages } = useWebSocket(conversationId, (frame) => {
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

  const send = async (text: string) => {
    const key = `outgoing-${++written}`;
    dispatch({ type: "written", key, text });
    const outcome = await sendMessage(conversationId, text);
    if (outcome.status === "failed") dispatch({ type: "failed", key, reason: outcome.reason });
    else if (outcome.status === "sent") dispatch({ type: "sent", key });
    else dispatch({ type: "delivered", key, messageId: outcome.messageId });
  };

  const discard = (key: string) => dispatch({ type: "discarded", key });

  // Sends the text as a new message, after messages written since.
  const sendAgain = ({ key, text }: Outgoing) => {
    discard(key);
    void send(text);
  };

  // The hook's requestMessages requests the newest page; an older page needs a custom frame.
  const showEarlier = () => {
    const before = conversation.messages[0]?.message_id;
    sendFrame({ action: "get_messages", conversation_id: conversationId, before });
  };

  return { ...conversation, isConnected, send, sendAgain, discard, showEarlier };
}
