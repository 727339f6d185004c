import { Fragment } from "react";

import type { Outgoing } from "../conversation";
import type { Message } from "../frames";
import { groupMessages, type MessageGroup } from "../messageGroups";
import { clockTime, dayName } from "../time";
import { useStickToBottom } from "../useStickToBottom";
import { DeliveredMark } from "./DeliveredMark";
import { OutgoingMessage } from "./OutgoingMessage";

interface MessageLogProps {
  label: string;
  myId: number;
  messages: Message[];
  outgoing: Outgoing[];
  isLoaded: boolean;
  isConnected: boolean;
  /** Null if there are no earlier messages, or if they can't be requested at the moment. */
  onShowEarlier: (() => void) | null;
  onSendAgain: (outgoing: Outgoing) => void;
  onDiscard: (outgoing: Outgoing) => void;
}

export function MessageLog(props: MessageLogProps) {
  const { label, myId, messages, outgoing, isLoaded, isConnected } = props;
  const { onShowEarlier, onSendAgain, onDiscard } = props;
  const { scrollerRef, contentRef, newCount, scrollToBottom } = useStickToBottom(messages, outgoing.length);

  return (
    <div className="message-area">
      <div
        className="message-scroller"
        role="log"
        aria-label={label}
        aria-busy={!isLoaded}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys scroll the log only while it has the focus.
        tabIndex={0}
        ref={scrollerRef}
      >
        <div className="messages" ref={contentRef}>
          {onShowEarlier && (
            <button className="button button-quiet show-earlier" onClick={onShowEarlier}>
              Show earlier messages
            </button>
          )}
          {!isLoaded && !isConnected && <p className="hint">Messages will load when you are connected again.</p>}
          {isLoaded && messages.length === 0 && outgoing.length === 0 && (
            <p className="hint">No messages yet. Say hello!</p>
          )}
          {groupMessages(messages).map((group) => (
            <Fragment key={group.messages[0]!.message_id}>
              {group.startsDay && <p className="day">{dayName(group.startsAt)}</p>}
              <Group group={group} isMine={group.senderId === myId} />
            </Fragment>
          ))}
          {outgoing.map((item) => (
            <OutgoingMessage
              key={item.key}
              outgoing={item}
              isConnected={isConnected}
              onSendAgain={onSendAgain}
              onDiscard={onDiscard}
            />
          ))}
        </div>
      </div>

      {newCount > 0 && (
        <button className="button new-messages" onClick={scrollToBottom}>
          {newCount === 1 ? "1 new message" : `${newCount} new messages`} ↓
        </button>
      )}
    </div>
  );
}

function Group({ group, isMine }: { group: MessageGroup; isMine: boolean }) {
  const name = isMine ? "You" : group.senderName;

  return (
    <div className={isMine ? "group group-mine" : "group"}>
      <p className="group-header" aria-hidden="true">
        {!isMine && <span className="sender">{name} </span>}
        <time dateTime={group.startsAt}>{clockTime(group.startsAt)}</time>
      </p>
      {group.messages.map((message) => (
        <p key={message.message_id} className="bubble" dir="auto">
          {/* Screen readers announce each new message separately, without its group's header. */}
          <span className="visually-hidden">
            {name}, {clockTime(message.created_at)}
            {isMine && ", delivered"}:{" "}
          </span>
          {message.message}
          {/* Messages received from the server are stored there. */}
          {isMine && <DeliveredMark />}
        </p>
      ))}
    </div>
  );
}
