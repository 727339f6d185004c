import type { ARCHITECTURES } from "../architectures";
import type { Reading } from "../figures";
import type { Lane } from "../useComparison";
import { ArchitectureFrame } from "./ArchitectureFrame";
import { Swatch } from "./Swatch";

interface LaneCardProps {
  architecture: (typeof ARCHITECTURES)[number];
  lane: Lane;
  reading: Reading | null;
  isCut: boolean;
  onStart: () => void;
  onStop: () => void;
  onLoad: (changes: Partial<Lane>) => void;
}

/** The hooks' `error` begins with this when they have given up. */
const GIVEN_UP = "Unable to connect";

/** One architecture: its frame, its state, and a button that starts or stops it. */
export function LaneCard({ architecture, lane, reading, isCut, onStart, onStop, onLoad }: LaneCardProps) {
  const { key, title, way } = architecture;
  const isActive = lane.status === "running" || lane.status === "loading";
  return (
    <article className="lane" aria-labelledby={`lane-${key}`}>
      <header>
        <h2 id={`lane-${key}`}>
          <Swatch architecture={key} /> {title}
        </h2>
        <button
          className="button"
          onClick={isActive ? onStop : onStart}
          aria-label={`${isActive ? "Stop" : "Start"} ${title}`}
        >
          {isActive ? "Stop" : "Start"}
        </button>
      </header>
      <p className="hint">{way}</p>
      <div className="lane-frame">
        {lane.start > 0 && (
          <ArchitectureFrame
            key={lane.start}
            architecture={key}
            title={`${title}: its conversations`}
            onLoad={onLoad}
          />
        )}
      </div>
      <p className="lane-status" data-state={stateOf(lane, reading)}>
        {describe(lane, reading, isCut)}
      </p>
    </article>
  );
}

function stateOf({ status }: Lane, reading: Reading | null): string {
  if (status !== "running" || reading === null) return status;
  return reading.connected === reading.conversations ? "connected" : "disconnected";
}

function describe({ status, problem, hasConnected }: Lane, reading: Reading | null, isCut: boolean): string {
  if (status === "idle") return "Not started.";
  if (status === "loading") return "Loading…";
  if (status === "failed") return problem ?? "";
  if (status === "stopped") return "Stopped. The figures below are its last ones.";
  if (reading === null) return "Starting…";

  const { connected, conversations, refusal, error } = reading;
  const state = `${connected} of ${conversations} connected`;
  if (connected === conversations) return `${state}.`;
  if (isCut) return `${state}: the network is cut. ${error?.startsWith(GIVEN_UP) ? "Given up." : ""}`;
  if (refusal !== null) return `${state}. The server closed with ${refusal.code}: ${refusal.reason || "no reason"}.`;
  if (error !== null) return `${state}. ${error}`;
  return `${state}, ${hasConnected ? "reconnecting" : "connecting"}…`;
}
