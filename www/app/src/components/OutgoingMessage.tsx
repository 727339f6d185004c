import type { Outgoing } from "../conversation";

interface OutgoingMessageProps {
  outgoing: Outgoing;
  isConnected: boolean;
  onDismiss: (key: string) => void;
}

/** A message written here that has not come back from the server. */
export function OutgoingMessage({ outgoing, isConnected, onDismiss }: OutgoingMessageProps) {
  const { key, text, state, reason } = outgoing;

  return (
    <div className="group group-mine">
      <p className={`bubble bubble-${state}`} dir="auto">
        <span className="visually-hidden">You: </span>
        {text}
      </p>
      <p className="outgoing-state">
        {state === "waiting" && (isConnected ? "Sending…" : "Waiting for the connection")}
        {state === "sent" && "Sent, not confirmed yet"}
        {state === "failed" && (
          <>
            Not sent: {reason}{" "}
            <button className="button button-quiet" onClick={() => onDismiss(key)}>
              Dismiss
            </button>
          </>
        )}
      </p>
    </div>
  );
}
