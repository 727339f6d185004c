import { getState } from "inbox-socket";

import { ARCHITECTURES, type Architecture } from "../architectures";
import { BURST, type Burst, type Lanes, type useComparison } from "../useComparison";

const COUNTS = [1, 10, 50, 100];

const HINT = "Start all, send messages, then cut the network and restore it.";

const ALL = ARCHITECTURES.map(({ key }) => key);

export function Toolbar({
  lanes,
  count,
  isCut,
  isActive,
  burst,
  problem,
  start,
  stop,
  choose,
  switchNetwork,
  send,
}: ReturnType<typeof useComparison>) {
  const running = ALL.filter((key) => lanes[key].status === "running");
  const isSending = burst !== null && burst.stored + burst.failed < burst.total;
  // Wait until every running architecture has connected: before that, missing a message is not its fault.
  const canSend = running.length > 0 && !isSending && running.every((key) => lanes[key].hasConnected);

  return (
    <div className="toolbar">
      <fieldset className="counts">
        <legend>Conversations</legend>
        {COUNTS.map((one) => (
          <label key={one}>
            <input type="radio" name="count" checked={one === count} onChange={() => choose(one)} />
            <span>{one}</span>
          </label>
        ))}
      </fieldset>

      <div className="toolbar-buttons">
        <button className="button button-primary" onClick={() => (isActive ? stop(ALL) : start(ALL))}>
          {isActive ? "Stop all" : "Start all"}
        </button>
        {/* aria-disabled instead of disabled, which would remove the focus from a button just pressed. */}
        <button className="button" onClick={canSend ? send : undefined} aria-disabled={!canSend}>
          Send {BURST} <span className="wide">messages</span>
        </button>
        <button className="button" onClick={switchNetwork} data-cut={isCut || undefined}>
          {isCut ? "Restore" : "Cut"} <span className="wide">the</span> network
        </button>
      </div>

      <p className="toolbar-status" role="status" data-problem={problem !== null || undefined}>
        {problem ?? describe({ lanes, running, count, isCut, burst, isSending })}
      </p>
    </div>
  );
}

interface Situation {
  lanes: Lanes;
  running: Architecture[];
  count: number;
  isCut: boolean;
  burst: Burst | null;
  isSending: boolean;
}

/** Describes the current state in a few sentences. */
function describe({ lanes, running, count, isCut, burst, isSending }: Situation): string {
  if (ALL.some((key) => lanes[key].status === "loading")) return "Loading…";
  if (running.length === 0) {
    if (isCut) return "Nothing is running. The network is cut.";
    return ALL.every((key) => lanes[key].status === "idle") ? `Nothing is running yet. ${HINT}` : "Nothing is running.";
  }
  const names = ARCHITECTURES.filter(({ key }) => running.includes(key)).map(({ title }) => title);
  const who =
    running.length === ALL.length
      ? "All three are running"
      : `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} running`;
  return [
    `${who} with ${count === 1 ? "1 conversation" : `${count} conversations`}.`,
    isCut && "The network is cut.",
    burst !== null && describeBurst(burst, isSending),
  ]
    .filter(Boolean)
    .join(" ");
}

function describeBurst({ total, failed }: Burst, isSending: boolean): string {
  if (failed > 0) return `Could not send ${failed} of ${total} messages.`;
  if (!isSending) return `${total} messages sent.`;
  const { error } = getState();
  return `Sending ${total} messages… ${error ?? ""}`;
}
