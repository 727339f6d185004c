/** The frames that the server sends, as far as this page reads them. */

export interface Message {
  conversation_id: number;
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

/** Something that this page sent was refused. */
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

export function isRefusal(frame: object): frame is Refusal {
  return "action" in frame && frame.action === "error";
}
