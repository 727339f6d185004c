import { cutNetwork, restoreNetwork, useNetwork } from "../network";
import { useStats } from "../useStats";
import { Figures } from "./Figures";

interface ConnectionPanelProps {
  isConnected: boolean;
  openConversations: number;
  isInspected: boolean;
  onInspect: (isInspected: boolean) => void;
}

/** Shows the number of connections and recovered messages, and lets the visitor cut the connection. */
export function ConnectionPanel({ isConnected, openConversations, isInspected, onInspect }: ConnectionPanelProps) {
  const { isCut, openSockets } = useNetwork();
  const stats = useStats();

  return (
    <section className="connection" aria-label="Connection">
      <div className="connection-summary">
        <span className="connection-light" data-on={isConnected || undefined} />
        <p>
          <strong>
            {stats?.role === "follower" ? "The connection of another tab" : count(openSockets, "connection")}
          </strong>{" "}
          for the inbox
          {openConversations > 0 && ` and ${count(openConversations, "open conversation")}`}
          {stats?.followers ? `, shared with ${count(stats.followers, "other tab")}` : ""}
        </p>
      </div>
      <button className="button" onClick={isCut ? restoreNetwork : cutNetwork}>
        {isCut ? "Restore the connection" : "Cut the connection"}
      </button>
      {isCut && (
        <p className="hint">
          The connection is cut for all tabs. Messages you send now are kept until they are sent, even if you reload the
          page.
        </p>
      )}
      {stats !== null && stats.recovered > 0 && (
        <p className="hint">{count(stats.recovered, "message")} recovered after outages</p>
      )}
      <Figures stats={stats} />
      <button className="button" aria-pressed={isInspected} onClick={() => onInspect(!isInspected)}>
        Inspector
      </button>
      <a href="/compare/">Compare architectures</a>
    </section>
  );
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
