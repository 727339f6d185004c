import { useEffect, useReducer, useRef, useState } from "react";

import { useWebSocket } from "inbox-socket/react";

import { type User, fetchConversations, fetchMe } from "./api";
import { isGap, isHistory, isMessage, isRefusal } from "./frames";
import { inboxReducer } from "./inbox";
import { loadReadMarks, saveReadMarks } from "./readMarks";

/** The inbox list, updated by a subscription to all conversations, and the state of the connection. */
export function useInbox(me: User, visibleIds: number[], onSessionChange: (user: User | null) => void) {
  const [{ conversations, left, readUpTo, unread }, dispatch] = useReducer(inboxReducer, null, () => ({
    conversations: null,
    left: [],
    readUpTo: loadReadMarks(me.id),
    unread: {},
  }));
  const [problem, setProblem] = useState<string | null>(null);
  // The comparison in another tab uses conversations that are never listed. Remember them, so that their messages
  // don't reload the list each time.
  const unlisted = useRef(new Set<number>());

  const { isConnected, error, reconnectAttempts, retry, requestMessages } = useWebSocket(null, (frame) => {
    if (isMessage(frame)) {
      dispatch({ type: "arrived", messages: [frame], myId: me.id });
      const { conversation_id: id } = frame;
      if (conversations?.some((one) => one.id === id) || unlisted.current.has(id)) return;
      unlisted.current.add(id);
      void refresh();
    } else if (isHistory(frame)) {
      dispatch({ type: "arrived", messages: frame.messages, myId: me.id });
    } else if (isGap(frame)) {
      void refresh();
    } else if (isRefusal(frame) && frame.conversation_id === undefined) {
      setProblem(frame.detail);
    }
  });

  async function refresh() {
    try {
      const listed = await fetchConversations();
      for (const { id } of listed) unlisted.current.delete(id);
      dispatch({ type: "listed", conversations: listed });
      setProblem(null);
      // The list has only the last message of each conversation. Request the history to count the others;
      // an open conversation requests it itself.
      for (const { id, last_message } of listed) {
        const isNews = last_message !== null && last_message.message_id > (readUpTo[id] ?? Infinity);
        if (isNews && isConnected && !visibleIds.includes(id)) requestMessages(id);
      }
    } catch {
      unlisted.current.clear();
      setProblem("Could not load the list of conversations.");
    }
  }

  useEffect(() => {
    if (isConnected || conversations === null) void refresh();
  }, [isConnected]);

  // Another tab may have logged out, which ends the connection without an error, or logged in as another user. Tabs
  // share the session cookie, so the next connection belongs to that user.
  useEffect(() => {
    // App has asked already, when the page begins.
    if (!isConnected && error === null && conversations === null) return;
    let isCurrent = true;
    // Without a response, assume no change: the banner already shows the error.
    void fetchMe()
      .catch(() => me)
      .then((user) => isCurrent && user?.id !== me.id && onSessionChange(user));
    return () => void (isCurrent = false);
  }, [isConnected, error]);

  const visible = visibleIds.join();
  useEffect(() => {
    dispatch({ type: "read", conversationIds: visibleIds });
  }, [visible, conversations]);

  useEffect(() => saveReadMarks(me.id, readUpTo), [me.id, readUpTo]);

  return {
    conversations,
    left,
    unreadCount: (id: number) => (visibleIds.includes(id) ? 0 : (unread[id]?.length ?? 0)),
    connection: { isConnected, error, reconnectAttempts, retry },
    problem,
    setProblem,
  };
}
