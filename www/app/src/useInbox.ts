import { useEffect, useReducer, useRef, useState } from "react";

import { useWebSocket } from "inbox-socket/react";

import { type User, fetchConversations, fetchMe } from "./api";
import { isGap, isHistory, isMessage, isRefusal } from "./frames";
import { inboxReducer } from "./inbox";
import { loadReadMarks, saveReadMarks } from "./readMarks";

/** The inbox list, kept up to date by a subscription to everything, and the state of the connection. */
export function useInbox(
  me: User,
  visibleIds: number[],
  onSessionChange: (user: User | null) => void,
) {
  const [{ conversations, left, readUpTo, unread }, dispatch] = useReducer(inboxReducer, null, () => ({
    conversations: null,
    left: [],
    readUpTo: loadReadMarks(me.id),
    unread: {},
  }));
  const [problem, setProblem] = useState<string | null>(null);
  // Another tab's comparison has conversations that are in no list; it would be asked for at every message of theirs.
  const unlisted = useRef(new Set<number>());

  const { isConnected, error, reconnectAttempts, retry, requestMessages } = useWebSocket(
    null,
    (frame) => {
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
    },
  );

  async function refresh() {
    try {
      const listed = await fetchConversations();
      for (const { id } of listed) unlisted.current.delete(id);
      dispatch({ type: "listed", conversations: listed });
      setProblem(null);
      // The list tells only the last message. To count the ones before it, they have to be asked for;
      // an open conversation does so itself.
      for (const { id, last_message } of listed) {
        const isNews = last_message !== null && last_message.message_id > (readUpTo[id] ?? Infinity);
        if (isNews && isConnected && !visibleIds.includes(id)) requestMessages(id);
      }
    } catch {
      unlisted.current.clear();
      setProblem("The list of conversations could not be loaded.");
    }
  }

  async function checkSession() {
    // Without an answer nothing is known, and the banner already says that there is trouble.
    const user = await fetchMe().catch(() => me);
    if (user?.id !== me.id) onSessionChange(user);
  }

  useEffect(() => {
    if (isConnected || conversations === null) void refresh();
  }, [isConnected]);

  // Another tab may have logged out, or logged in as somebody else: the cookie is the browser's, and the
  // next connection is that person's.
  useEffect(() => {
    if (isConnected || error !== null) void checkSession();
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
