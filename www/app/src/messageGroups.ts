/** Groups messages by day, and within a day by consecutive messages of one sender. */

import type { Message } from "./frames";
import { isSameDay } from "./time";

export interface MessageGroup {
  senderId: number;
  senderName: string;
  startsAt: string;
  startsDay: boolean;
  messages: Message[];
}

const LONGEST_PAUSE = 5 * 60_000;

export function groupMessages(messages: Message[]): MessageGroup[] {
  const groups: MessageGroup[] = [];
  let previous: Message | undefined;
  for (const message of messages) {
    const startsDay = !previous || !isSameDay(previous.created_at, message.created_at);
    if (previous && !startsDay && continues(previous, message)) {
      groups.at(-1)!.messages.push(message);
    } else {
      groups.push({
        senderId: message.sender_id,
        senderName: message.sender_name,
        startsAt: message.created_at,
        startsDay,
        messages: [message],
      });
    }
    previous = message;
  }
  return groups;
}

function continues(previous: Message, message: Message): boolean {
  const pause = Date.parse(message.created_at) - Date.parse(previous.created_at);
  return previous.sender_id === message.sender_id && pause < LONGEST_PAUSE;
}
