import { memo } from "react";

import type { Conversation, User } from "../api";
import { useConversation } from "../useConversation";
import { Composer } from "./Composer";
import { MessageLog } from "./MessageLog";

export const titleId = (id: number) => `title-${id}`;
export const composerId = (id: number) => `composer-${id}`;

interface ConversationPaneProps {
  conversation: Conversation;
  me: User;
  /** The user has left: the pane still shows the messages, and those that could not be sent. */
  hasLeft: boolean;
  /** On a narrow screen the pane is alone, and its close button leads back to the list. */
  isAlone: boolean;
  isHidden: boolean;
  onClose: (id: number) => void;
}

const names = new Intl.ListFormat("en-GB");

/** One open conversation, with a separate subscription, independent of other panes. */
export const ConversationPane = memo(function ConversationPane(props: ConversationPaneProps) {
  const { conversation, me, hasLeft, isAlone, isHidden, onClose } = props;
  const { id, title, participants } = conversation;
  const chat = useConversation(id, me);

  const Title = isAlone ? "h1" : "h2";
  const others = participants.filter((person) => person.id !== me.id).map(({ name }) => name);

  return (
    <section className="pane" aria-labelledby={titleId(id)} hidden={isHidden}>
      <header className="pane-header">
        <button
          className="button button-icon"
          onClick={() => onClose(id)}
          aria-label={isAlone ? "Back to the inbox" : `Close ${title}`}
        >
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d={isAlone ? "M12.5 4 6.5 10l6 6" : "m5 5 10 10M15 5 5 15"} />
          </svg>
        </button>
        <div>
          <Title id={titleId(id)} tabIndex={-1}>
            {title}
          </Title>
          <p>{hasLeft ? "You are no longer in this conversation" : names.format(["You", ...others])}</p>
        </div>
      </header>

      <MessageLog
        label={`Messages in ${title}`}
        myId={me.id}
        messages={chat.messages}
        outgoing={chat.outgoing}
        isLoaded={chat.isLoaded}
        isConnected={chat.isConnected}
        onShowEarlier={chat.hasEarlier && chat.isConnected ? chat.showEarlier : null}
        onSendAgain={chat.sendAgain}
        onDiscard={chat.dismiss}
      />

      {!hasLeft && (
        <Composer
          inputId={composerId(id)}
          label={`Message to ${title}`}
          isConnected={chat.isConnected}
          onSend={chat.send}
        />
      )}
    </section>
  );
});
