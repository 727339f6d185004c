import { useCallback, useEffect, useReducer } from "react";

import { send as sendFrame } from "inbox-socket";
import { useWebSocket } from "inbox-socket/react";

import type { User } from "./api";
import { conversationReducer, emptyConversation } from "./conversation";
import { isHistory, isMessage, isRefusal } from "./frames";

let written = 0;

/** One conversation, live: its messages, and a way to write to it. */
export function useConversation(conversationId: number, me: User) {
  const [conversation, dispatch] = useReducer(conversationReducer, emptyConversation);

  const { isConnected, sendMessage, requestMessages } = useWebSocket(conversationId, (frame) => {
    if (isMessage(frame)) {
      dispatch({ type: "arrived", message: frame, isMine: frame.sender_id === me.id });
    } else if (isHistory(frame)) {
      dispatch({ type: "loaded", history: frame, myId: me.id });
    } else if (isRefusal(frame)) {
      dispatch({ type: "refused", detail: frame.detail });
    }
  });

  // The first connection brings the history, every later one what was missed meanwhile.
  useEffect(() => {
    if (isConnected) requestMessages(conversationId);
    else dispatch({ type: "disconnected" });
  }, [isConnected, conversationId, requestMessages]);

  const send = async (text: string) => {
    const key = `outgoing-${++written}`;
    dispatch({ type: "written", key, text });
    const outcome = await sendMessage(conversationId, text);
    if (outcome.status === "failed") dispatch({ type: "failed", key, reason: outcome.reason });
    else dispatch({ type: "sent", key });
  };

  // What the hook's requestMessages asks for is the newest page; an older one is a frame of our own.
  const showEarlier = () => {
    const before = conversation.messages[0]?.message_id;
    sendFrame({ action: "get_messages", conversation_id: conversationId, before });
  };

  const dismiss = useCallback((key: string) => dispatch({ type: "dismissed", key }), []);

  return { ...conversation, isConnected, send, showEarlier, dismiss };
}
