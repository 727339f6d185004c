// The component that a page mounts for each conversation, written with each of the hooks.

import { useWebSocket as useOurs } from "inbox-socket/react";
import { useCallback, useEffect, type FC } from "react";
import * as reactUseWebSocket from "react-use-websocket";

import * as after from "../baselines/after";
import * as before from "../baselines/before";

// A CommonJS module, whose default export bundlers and types find in different places.
const useReactUseWebSocket = ((reactUseWebSocket as any).default.default ??
  reactUseWebSocket.default) as typeof reactUseWebSocket.default;

export interface Props {
  url: string;
  id: number;
  hear: (message: any) => void;
}

/** The number of renders of all components together. */
export const renders = { count: 0 };

// Every component does the same: it subscribes, and shows whether it is connected.

const Before: FC<Props> = ({ id, hear }) => {
  renders.count += 1;
  return show(before.useWebSocket(id, hear));
};

const After: FC<Props> = ({ id, hear }) => {
  renders.count += 1;
  return show(after.useWebSocket(id, hear));
};

const Ours: FC<Props> = ({ id, hear }) => {
  renders.count += 1;
  return show(useOurs(id, hear));
};

/** Ours, reading lastMessage, so that it renders for each message too. */
const OursReading: FC<Props> = ({ id, hear }) => {
  renders.count += 1;
  const chat = useOurs<any>(id, hear);
  return <p title={chat.lastMessage?.message}>{show(chat)}</p>;
};

/** The cost of React itself for such a component. */
const Nothing: FC<Props> = () => show({ isConnected: true, error: null });

/** A filter receives the event instead of the message, so each component parses it. */
const ReactUseWebSocket: FC<Props> = (props) => {
  const isOwn = useCallback((event: any) => JSON.parse(event.data).conversation_id === props.id, [props.id]);
  return useFiltered(props, isOwn);
};

/** The same with shared parsing, which its documentation doesn't show. */
const ReactUseWebSocketParsingOnce: FC<Props> = (props) => {
  const isOwn = useCallback((event: any) => parseOnce(event).conversation_id === props.id, [props.id]);
  return useFiltered(props, isOwn);
};

function useFiltered({ url, hear }: Props, filter: (event: any) => boolean) {
  renders.count += 1;
  const { lastJsonMessage, readyState } = useReactUseWebSocket(url, { share: true, filter });
  useEffect(() => {
    if (lastJsonMessage !== null) hear(lastJsonMessage);
  }, [lastJsonMessage, hear]);
  return show({ isConnected: readyState === WebSocket.OPEN, error: null });
}

let lastEvent: any;
let lastParsed: any;
function parseOnce(event: any) {
  if (event !== lastEvent) {
    lastEvent = event;
    lastParsed = JSON.parse(event.data);
  }
  return lastParsed;
}

function show({ isConnected, error }: { isConnected: boolean; error: string | null }) {
  return <p>{isConnected ? "connected" : (error ?? "not connected")}</p>;
}

export const components: Record<string, FC<Props>> = {
  before: Before,
  after: After,
  ours: Ours,
  nothing: Nothing,
  "ours, reading lastMessage": OursReading,
  "react-use-websocket": ReactUseWebSocket,
  "react-use-websocket, parsing once": ReactUseWebSocketParsingOnce,
};
