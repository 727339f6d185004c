import { useEffect, useState } from "react";

import { type ConnectionStats, getStats } from "inbox-socket";

import { cutNetwork, restoreNetwork, useNetwork } from "../network";

interface ConnectionPanelProps {
  isConnected: boolean;
  openConversations: number;
}

/** Shows that there is one connection, and lets a visitor cut it. */
export function ConnectionPanel({ isConnected, openConversations }: ConnectionPanelProps) {
  const { isCut, openSockets } = useNetwork();

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
      <details>
        <summary>Figures</summary>
        <Figures />
      </details>
    </section>
  );
}

const FIGURES: [string, (stats: ConnectionStats) => number | string][] = [
  ["Handshakes", (stats) => stats.handshakes],
  ["Reconnections", (stats) => stats.reconnections],
  ["Time connected", (stats) => `${Math.round(stats.connectedMs / 1_000)} s`],
  ["Listeners", (stats) => stats.listeners],
  ["Frames received", (stats) => stats.framesIn],
  ["… parsed", (stats) => stats.framesParsed],
  ["… delivered to listeners", (stats) => stats.framesDelivered],
  ["… dropped", (stats) => stats.framesDropped],
  ["Frames sent", (stats) => stats.framesOut],
  ["… waiting", (stats) => stats.queued],
  ["Characters in", (stats) => stats.charactersIn],
  ["Characters out", (stats) => stats.charactersOut],
];

function Figures() {
  const stats = useStats();
  if (stats === null) return <p className="hint">Nothing yet: the core is being loaded.</p>;

  return (
    <dl className="figures">
      {FIGURES.map(([label, figure]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{figure(stats)}</dd>
        </div>
      ))}
    </dl>
  );
}

function useStats() {
  const [stats, setStats] = useState(getStats);
  useEffect(() => {
    const timer = setInterval(() => setStats(getStats()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return stats;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
