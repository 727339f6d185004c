/** What this page hears, as far as it reads it: the server's frames, and the library's word of a gap. */

import type { GapMessage } from "inbox-socket";

export interface Message {
  conversation_id: number;
  /** Counts the conversation's messages, where the server does. */
  seq?: number;
  message_id: number;
  message: string;
  type: string;
  sender_id: number;
  sender_name: string;
  created_at: string;
}

/** Messages of a conversation, oldest first: its newest, or those before one that was named. */
export interface History {
  action: "messages_response";
  conversation_id: number;
  messages: Message[];
  has_more: boolean;
}

/** Something that this page sent was refused. Of an acknowledged message, `sendMessage` tells that instead. */
export interface Refusal {
  action: "error";
  code: string;
  detail: string;
  conversation_id?: number;
}

export function isMessage(frame: object): frame is Message {
  return "message_id" in frame && !("action" in frame);
}

export function isHistory(frame: object): frame is History {
  return "action" in frame && frame.action === "messages_response";
}

export function isGap(frame: object): frame is GapMessage {
  return "action" in frame && frame.action === "gap";
}

export function isRefusal(frame: object): frame is Refusal {
  return "action" in frame && frame.action === "error";
}
