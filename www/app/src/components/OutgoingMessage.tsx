import type { Outgoing } from "../conversation";
import { DeliveredMark } from "./DeliveredMark";

interface OutgoingMessageProps {
  outgoing: Outgoing;
  isConnected: boolean;
  onSendAgain: (outgoing: Outgoing) => void;
  onDiscard: (outgoing: Outgoing) => void;
}

/** A message that has been written in this browser and not yet received from the server. */
export function OutgoingMessage(props: OutgoingMessageProps) {
  const { outgoing, isConnected, onSendAgain, onDiscard } = props;
  const { text, state, reason } = outgoing;

  return (
    <div className="group group-mine">
      <p className={`bubble bubble-${state}`} dir="auto">
        <span className="visually-hidden">You{state === "delivered" && ", delivered"}: </span>
        {text}
        {state === "delivered" && <DeliveredMark />}
      </p>
      <p className="outgoing-state">
        {state === "sending" && (isConnected ? "Sending…" : "Waiting for the connection")}
        {state === "sent" && "Sent, not acknowledged yet"}
        {state === "failed" && `Not sent: ${reason}`}
      </p>
      {state === "failed" && (
        <div className="outgoing-choices">
          <button className="button" onClick={() => onSendAgain(outgoing)}>
            Send again
          </button>
          <button className="button button-quiet" onClick={() => onDiscard(outgoing)}>
            Discard
          </button>
        </div>
      )}
    </div>
  );
}
