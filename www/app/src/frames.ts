/** The frames that this page reads: the server's frames, and the library's `gap`. */

import type { GapMessage } from "inbox-socket";

export interface Message {
  conversation_id: number;
  /** The number of the message in its conversation, if the server numbers messages. */
  seq?: number;
  message_id: number;
  message: string;
  type: string;
  sender_id: number;
  sender_name: string;
  created_at: string;
}

/** Messages of a conversation, oldest first: the newest ones, or those before a given message. */
export interface History {
  action: "messages_response";
  conversation_id: number;
  messages: Message[];
  has_more: boolean;
}

/** The server rejected a frame of this page. For acknowledged messages, `sendMessage` resolves to `failed` instead. */
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
