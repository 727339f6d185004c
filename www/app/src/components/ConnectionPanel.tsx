import { cutNetwork, restoreNetwork, useNetwork } from "../network";
import { useStats } from "../useStats";
import { Figures } from "./Figures";

interface ConnectionPanelProps {
  isConnected: boolean;
  openConversations: number;
  isInspected: boolean;
  onInspect: (isInspected: boolean) => void;
}

/** Shows that there is one connection and what it has recovered, and lets a visitor cut it. */
export function ConnectionPanel({ isConnected, openConversations, isInspected, onInspect }: ConnectionPanelProps) {
  const { isCut, openSockets } = useNetwork();
  const stats = useStats();

  return (
    <section className="connection" aria-label="Connection">
      <div className="connection-summary">
        <span className="connection-light" data-on={isConnected || undefined} />
        <p>
          <strong>{count(openSockets, "connection")}</strong> for the inbox
          {openConversations > 0 && ` and ${count(openConversations, "open conversation")}`}
        </p>
      </div>
      <button className="button" onClick={isCut ? restoreNetwork : cutNetwork}>
        {isCut ? "Restore the connection" : "Cut the connection"}
      </button>
      {isCut && <p className="hint">Cut. Write something, it will wait.</p>}
      {stats !== null && stats.recovered > 0 && (
        <p className="hint">{count(stats.recovered, "message")} recovered after a cut</p>
      )}
      <Figures stats={stats} />
      <button className="button" aria-pressed={isInspected} onClick={() => onInspect(!isInspected)}>
        Inspector
      </button>
      <a href="/compare/">Compare with a socket for each</a>
    </section>
  );
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
