// Tests of the types of frames: the application's messages, and the frames with an action that the library delivers.

import {
  type ErrorMessage,
  type GapMessage,
  type HistoryMessage,
  type InboxFrame,
  type InboxMessage,
  type Listener,
  subscribe,
  useWebSocket,
} from "inbox-socket";

import { same } from "./equal.js";

// A frame's action distinguishes the types.
subscribe(2, (frame) => {
  if (frame.action === undefined) same<typeof frame.message, string>(true);
  else if (frame.action === "messages_response") same<typeof frame, HistoryMessage>(true);
  else if (frame.action === "gap") same<typeof frame, GapMessage>(true);
  else same<typeof frame, ErrorMessage>(true);

  // @ts-expect-error some frames have no sender
  frame.sender_id;
  // @ts-expect-error the library doesn't deliver this action
  if (frame.action === "typing") return;
  // Code may read `message` without checking the action, because only messages have it.
  same<typeof frame.message, string | undefined>(true);
});

// Neither a frame nor a member has the type `any`.
type IsAny<T> = 0 extends 1 & T ? true : false;
type Members<T> = T extends unknown ? { [M in keyof T]-?: IsAny<T[M]> }[keyof T] : never;
same<Members<InboxFrame>, false>(true);
same<IsAny<InboxFrame>, false>(true);

// An application's own message type works in the same way, although it doesn't declare an action.
interface Mine {
  conversation_id: number;
  message: string;
  colour: "red" | "blue";
}
useWebSocket<Mine>(2, (frame) => {
  if (frame.action === undefined) same<typeof frame.colour, "red" | "blue">(true);
  else if (frame.action === "messages_response") same<typeof frame.messages, Mine[]>(true);
  // @ts-expect-error a gap has no colour
  else frame.colour;
});

// A server's custom frames are part of the union, but not of the history.
interface Typing {
  action: "typing";
  conversation_id: number;
  name: string;
}
useWebSocket<Mine | Typing>(2, (frame) => {
  if (frame.action === "typing") same<typeof frame, Typing>(true);
  else if (frame.action === "messages_response") same<typeof frame.messages, Mine[]>(true);
});
interface Extended extends InboxMessage {
  colour: string;
}
useWebSocket<Extended>(2, (frame) => {
  if (frame.action === undefined) same<typeof frame.message_id, string | number | undefined>(true);
});

// A callback written only for messages is accepted, and sets their type.
const chat = useWebSocket(2, (message: Mine) => message.colour);
same<typeof chat.lastMessage, InboxFrame<Mine> | null>(true);
const listener: Listener<Mine> = (message: Mine) => void message.colour;
subscribe(null, listener);
subscribe(null, (frame: InboxFrame) => frame);
subscribe(null, () => {});

// @ts-expect-error a frame is an object
useWebSocket(2, (message: string) => message);
// @ts-expect-error a frame is an object
useWebSocket<string>(2);
// @ts-expect-error a listener has one parameter
subscribe(2, (frame: InboxFrame, second: number) => [frame, second]);
