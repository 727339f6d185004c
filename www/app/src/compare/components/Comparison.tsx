import { ARCHITECTURES } from "../architectures";
import { FIGURES } from "../figures";
import { useComparison } from "../useComparison";
import { FigureCard } from "./FigureCard";
import { LaneCard } from "./LaneCard";
import { Toolbar } from "./Toolbar";

/** The three architectures side by side, and their figures. */
export function Comparison({ onSessionEnd }: { onSessionEnd: () => void }) {
  const comparison = useComparison(onSessionEnd);
  const { lanes, latest, samples, isCut, start, stop, change } = comparison;

  return (
    <main className="compare">
      <header className="compare-header">
        <a href="/">← Inbox</a>
        <h1>One socket per conversation, or one for all?</h1>
        <p>
          This page runs three architectures of a live inbox against its real server. Each runs in a separate frame,
          which counts its work. The claims are those of the design document that preceded inbox-socket.
        </p>
      </header>

      <Toolbar {...comparison} />

      <section className="lanes" aria-label="Architectures">
        {ARCHITECTURES.map((architecture) => (
          <LaneCard
            key={architecture.key}
            architecture={architecture}
            lane={lanes[architecture.key]}
            reading={latest[architecture.key]}
            isCut={isCut}
            onStart={() => start([architecture.key])}
            onStop={() => stop([architecture.key])}
            onLoad={(changes) => change(architecture.key, changes)}
          />
        ))}
      </section>

      <section className="figure-cards" aria-label="Figures">
        {FIGURES.map((figure) => (
          <FigureCard key={figure.title} figure={figure} lanes={lanes} latest={latest} samples={samples} />
        ))}
      </section>

      <footer className="compare-footer">
        <h2>How the figures are measured</h2>
        <p>
          Each frame has a separate WebSocket class, JSON object and React. The page wraps the first two before any
          other code runs in the frame, so the counts cover exactly one architecture. All figures except open sockets
          and memory are sums since the start; the charts show the last two minutes. Cutting the network closes the
          frames' sockets and makes attempts fail; the browser itself stays online.
        </p>
        <p>
          While all three run, the order in which they reconnect means little: a browser opens one socket to a server at
          a time, so the others wait behind the hundred sockets of “before”. To compare reconnection times, run one
          architecture at a time.
        </p>
      </footer>
    </main>
  );
}
