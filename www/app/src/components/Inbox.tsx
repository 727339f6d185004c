import { Suspense, lazy, useCallback, useEffect, useState } from "react";

import type { User } from "../api";
import { useOpenConversations } from "../openConversations";
import { useInbox } from "../useInbox";
import { useMediaQuery } from "../useMediaQuery";
import { ConnectionBanner } from "./ConnectionBanner";
import { ConnectionPanel } from "./ConnectionPanel";
import { ConversationList, conversationButtonId } from "./ConversationList";
import { ConversationPane, composerId, titleId } from "./ConversationPane";

/** As in styles/inbox.css: the list or one conversation fills the screen. */
const NARROW = "(max-width: 47.99rem)";
/** Wide enough for the expanded inspector. */
const WIDE = "(min-width: 64rem)";

// Loaded only when the visitor opens it.
const Inspector = lazy(async () => ({ default: (await import("inbox-socket/devtools")).InboxSocketDevtools }));

interface InboxProps {
  me: User;
  onLogOut: () => Promise<void>;
  onSessionChange: (user: User | null) => void;
}

export function Inbox({ me, onLogOut, onSessionChange }: InboxProps) {
  const isNarrow = useMediaQuery(NARROW);
  const isWide = useMediaQuery(WIDE);
  const [isInspected, setInspected] = useState(false);
  const { openIds, open, close, closeAll } = useOpenConversations();
  const visibleIds = isNarrow ? openIds.slice(-1) : openIds;

  // On a phone, opened conversations stay mounted behind the list: they keep receiving, and messages
  // written offline are still there when the reader returns.
  const [everOpen, setEverOpen] = useState(openIds);
  const added = openIds.filter((id) => !everOpen.includes(id));
  if (added.length > 0) setEverOpen([...everOpen, ...added]);
  const mountedIds = isNarrow ? everOpen : openIds;

  const { conversations, left, unreadCount, connection, problem, setProblem } = useInbox(
    me,
    visibleIds,
    onSessionChange,
  );
  const known = [...(conversations ?? []), ...left];
  const panes = mountedIds.flatMap((id) => known.find((one) => one.id === id) ?? []);
  const unread = conversations?.reduce((sum, { id }) => sum + unreadCount(id), 0) ?? 0;

  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Inbox` : "Inbox";
    return () => void (document.title = "Inbox");
  }, [unread]);

  // Focus follows the reader into a conversation and back. The target may not be rendered yet, or may be
  // hidden, because the address changes before the page does: try after each render until it succeeds.
  const [focusId, setFocusId] = useState<string | null>(null);
  useEffect(() => {
    const target = focusId && document.getElementById(focusId);
    if (!target) return;
    target.focus();
    if (document.activeElement === target) setFocusId(null);
  });

  const handleOpen = useCallback(
    (id: number) => {
      open(id);
      // On a phone, focusing the field would open the keyboard before the reader has read anything.
      setFocusId(isNarrow ? titleId(id) : composerId(id));
    },
    [open, isNarrow],
  );

  const handleClose = useCallback(
    (id: number) => {
      // On a narrow screen, closing leads to the list, not to the conversation opened before.
      if (isNarrow) closeAll();
      else close(id);
      setFocusId(conversationButtonId(id));
    },
    [isNarrow, close, closeAll],
  );

  const handleLogOut = async () => {
    try {
      await onLogOut();
      // The next user has other conversations.
      closeAll();
    } catch (failure) {
      setProblem((failure as Error).message);
    }
  };

  const showsOne = isNarrow && panes.some(({ id }) => visibleIds.includes(id));

  return (
    <main className="inbox" data-inspected={isInspected || undefined}>
      <ConnectionBanner {...connection} />
      {problem && (
        <p className="problem" role="alert">
          {problem}
          <button className="button button-quiet" onClick={() => setProblem(null)}>
            Dismiss
          </button>
        </p>
      )}

      <div className="inbox-body">
        {!showsOne && (
          <div className="sidebar">
            <header className="sidebar-header">
              <img src="/icon.svg" alt="" width="30" height="30" />
              <h1>Inbox</h1>
              <span className="who">{me.name}</span>
              <button className="button button-quiet" onClick={handleLogOut}>
                Log out
              </button>
            </header>
            <ConversationList
              conversations={conversations}
              openIds={visibleIds}
              unreadCount={unreadCount}
              me={me}
              onOpen={handleOpen}
            />
            <ConnectionPanel
              isConnected={connection.isConnected}
              openConversations={panes.length}
              isInspected={isInspected}
              onInspect={setInspected}
            />
          </div>
        )}

        <div className="panes" hidden={isNarrow && !showsOne}>
          {panes.map((conversation) => (
            <ConversationPane
              key={conversation.id}
              conversation={conversation}
              me={me}
              hasLeft={left.includes(conversation)}
              isAlone={isNarrow}
              isHidden={!visibleIds.includes(conversation.id)}
              onClose={handleClose}
            />
          ))}
          {panes.length === 0 && conversations !== null && conversations.length > 0 && (
            <div className="no-panes">
              <p>Choose one or more conversations: they open side by side and share one connection.</p>
              <button className="button" onClick={() => open(...conversations.slice(0, 3).map(({ id }) => id))}>
                Open the latest three
              </button>
            </div>
          )}
        </div>
      </div>
      <Suspense>{isInspected && <Inspector defaultOpen={isWide} />}</Suspense>
    </main>
  );
}
