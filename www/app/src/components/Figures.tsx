import type { ConnectionStats } from "inbox-socket";

type Figure = [label: string, value: (stats: ConnectionStats) => number | string];

const DELIVERY: Figure[] = [
  ["Acknowledged delivery", (stats) => (stats.assured ? "yes" : "no")],
  ["Pings sent", (stats) => stats.pings],
  ["Recovered after outages", (stats) => stats.recovered],
  ["Duplicates dropped", (stats) => stats.duplicates],
  ["Gaps in the history", (stats) => stats.gaps],
  ["Queued", (stats) => stats.queued],
];

const TRAFFIC: Figure[] = [
  ["Handshakes", (stats) => stats.handshakes],
  ["Reconnections", (stats) => stats.reconnections],
  ["Time connected", (stats) => `${Math.round(stats.connectedMs / 1_000)} s`],
  ["Listeners", (stats) => stats.listeners],
  ["Frames received", (stats) => stats.framesIn],
  ["… parsed", (stats) => stats.framesParsed],
  ["… delivered to listeners", (stats) => stats.framesDelivered],
  ["… dropped", (stats) => stats.framesDropped],
  ["Frames sent", (stats) => stats.framesOut],
  ["Characters received", (stats) => stats.charactersIn],
  ["Characters sent", (stats) => stats.charactersOut],
];

/** The library's counters: delivery and traffic. */
export function Figures({ stats }: { stats: ConnectionStats | null }) {
  return (
    <>
      <FigureList title="Delivery" figures={DELIVERY} stats={stats} />
      <FigureList title="Traffic" figures={TRAFFIC} stats={stats} />
    </>
  );
}

interface FigureListProps {
  title: string;
  figures: Figure[];
  stats: ConnectionStats | null;
}

function FigureList({ title, figures, stats }: FigureListProps) {
  return (
    <details>
      <summary>{title}</summary>
      {stats === null ? (
        <p className="hint">Loading the core…</p>
      ) : (
        <dl className="figures">
          {figures.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value(stats)}</dd>
            </div>
          ))}
        </dl>
      )}
    </details>
  );
}
