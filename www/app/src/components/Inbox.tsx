import { Suspense, lazy, useCallback, useEffect, useState } from "react";

import type { User } from "../api";
import { useOpenConversations } from "../openConversations";
import { useInbox } from "../useInbox";
import { useMediaQuery } from "../useMediaQuery";
import { ConnectionBanner } from "./ConnectionBanner";
import { ConnectionPanel } from "./ConnectionPanel";
import { ConversationList, conversationButtonId } from "./ConversationList";
import { ConversationPane, composerId, titleId } from "./ConversationPane";

/** As in styles/inbox.css: below it there is room for the list or one conversation. */
const NARROW = "(max-width: 47.99rem)";
/** And from here on for the inspector beside them. */
const WIDE = "(min-width: 64rem)";

// For the curious: whoever does not ask for it loads none of it.
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

  // On a phone, what was opened stays mounted behind the list: it goes on listening, and what was written
  // into it offline still stands there on the next visit.
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

  // Focus follows the reader into a conversation and back out of it. What is to have it may not be there
  // yet, or still be hidden: the address changes first, and the page follows. So it is tried until it works.
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
      // On a phone the field would bring up the keyboard before anything was read.
      setFocusId(isNarrow ? titleId(id) : composerId(id));
    },
    [open, isNarrow],
  );

  const handleClose = useCallback(
    (id: number) => {
      // Where only one is shown, leaving it leads to the list and not to the one behind it.
      if (isNarrow) closeAll();
      else close(id);
      setFocusId(conversationButtonId(id));
    },
    [isNarrow, close, closeAll],
  );

  const handleLogOut = async () => {
    try {
      await onLogOut();
      // The next person has conversations of their own.
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
              <p>Pick a conversation, or several: they open side by side and share one connection.</p>
              <button
                className="button"
                onClick={() => open(...conversations.slice(0, 3).map(({ id }) => id))}
              >
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
