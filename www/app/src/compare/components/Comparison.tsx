import { ARCHITECTURES } from "../architectures";
import { FIGURES } from "../figures";
import { useComparison } from "../useComparison";
import { FigureCard } from "./FigureCard";
import { LaneCard } from "./LaneCard";
import { Toolbar } from "./Toolbar";

/** The three side by side: what runs, and what it takes. */
export function Comparison({ onSessionEnd }: { onSessionEnd: () => void }) {
  const comparison = useComparison(onSessionEnd);
  const { lanes, latest, samples, isCut, start, stop, change } = comparison;

  return (
    <main className="compare">
      <header className="compare-header">
        <a href="/">← Inbox</a>
        <h1>One socket per conversation, or one for all?</h1>
        <p>
          Three ways to keep an inbox live, run by this page against its real server. Each has a frame of its own, and
          everything is counted there while it happens. The claims are those of the design document that inbox-socket
          grew from.
        </p>
      </header>

      <Toolbar {...comparison} />

      <section className="lanes" aria-label="What runs">
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
        <h2>How it is counted</h2>
        <p>
          A frame has a WebSocket, a JSON and a React of its own. The first two are wrapped before anything else runs
          in it, so that what they count was done by one architecture and by no other. All figures but the open sockets
          and the memory are sums since the start; the charts show the last two minutes. The network is cut within the
          frames: sockets are closed, and attempts fail, without the browser being told that it is offline.
        </p>
        <p>
          Who is back first says little while all three run: a browser opens one socket to a server at a time, and
          whoever asks behind the hundred of “before” waits for them. For that, run one alone.
        </p>
      </footer>
    </main>
  );
}
