import type { Conversation, User } from "../api";
import { briefTime } from "../time";
import { Avatar } from "./Avatar";

export const conversationButtonId = (id: number) => `conversation-${id}`;

interface ConversationListProps {
  conversations: Conversation[] | null;
  openIds: number[];
  unreadCount: (id: number) => number;
  me: User;
  onOpen: (id: number) => void;
}

export function ConversationList(props: ConversationListProps) {
  const { conversations, openIds, unreadCount, me, onOpen } = props;

  return (
    <nav className="conversation-list" aria-label="Conversations">
      {conversations?.length === 0 && <p className="hint">No conversations yet.</p>}
      <ul>
        {conversations?.map((conversation) => (
          <li key={conversation.id}>
            <ConversationButton
              conversation={conversation}
              isOpen={openIds.includes(conversation.id)}
              unread={unreadCount(conversation.id)}
              me={me}
              onOpen={onOpen}
            />
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface ConversationButtonProps {
  conversation: Conversation;
  isOpen: boolean;
  unread: number;
  me: User;
  onOpen: (id: number) => void;
}

function ConversationButton({ conversation, isOpen, unread, me, onOpen }: ConversationButtonProps) {
  const { id, title, last_message } = conversation;

  return (
    <button
      id={conversationButtonId(id)}
      className="conversation-button"
      aria-current={isOpen || undefined}
      data-unread={unread > 0 || undefined}
      onClick={() => onOpen(id)}
    >
      <Avatar id={id} name={title} />
      <span className="conversation-title">{title}</span>
      {last_message && (
        <>
          <time className="conversation-time" dateTime={last_message.created_at}>
            {briefTime(last_message.created_at)}
          </time>
          <span className="conversation-preview">
            {last_message.sender_id === me.id ? "You" : last_message.sender_name}: {last_message.message}
          </span>
        </>
      )}
      {unread > 0 && (
        <span className="unread">
          {unread}
          <span className="visually-hidden"> unread</span>
        </span>
      )}
    </button>
  );
}
