import { useId, useMemo } from "react";

import { ARCHITECTURES } from "../architectures";
import { type Figure, type Reading, showNumber, showSaving } from "../figures";
import type { Lanes, Readings, Sample } from "../useComparison";
import { Chart } from "./Chart";
import { Swatch } from "./Swatch";

interface FigureCardProps {
  figure: Figure;
  lanes: Lanes;
  latest: Readings;
  samples: Sample[];
}

/** One figure for all three architectures: its current value, a chart, the claim and an explanation. */
export function FigureCard({ figure, lanes, latest, samples }: FigureCardProps) {
  const { title, value, show = showNumber, detail, isShort, claim, words } = figure;

  const titleId = useId();
  const times = useMemo(() => samples.map(({ time }) => time), [samples]);
  const series = useMemo(
    () => ARCHITECTURES.map(({ key }) => samples.map(({ readings }) => valueIn(figure, readings[key]))),
    [figure, samples],
  );

  return (
    <article className="figure-card" aria-labelledby={titleId}>
      <h2 id={titleId}>{title}</h2>
      <dl>
        {ARCHITECTURES.map(({ key, title: name }) => {
          const reading = latest[key];
          const now = reading && value(reading);
          return (
            <div key={key}>
              <dt>
                <Swatch architecture={key} /> {name}
              </dt>
              <dd data-short={(reading && isShort?.(reading)) || undefined}>
                {now === null ? "–" : show(now)}
                {detail && <small>{reading ? detail(reading) : " "}</small>}
              </dd>
            </div>
          );
        })}
      </dl>
      <Chart times={times} series={series} show={show} />
      {claim && (
        <p className="claim">
          Claimed for 10 conversations: {claim}. {figure.showsSaving && <b>{describeSavings(figure, lanes, latest)}</b>}
        </p>
      )}
      <p className="hint">{words}</p>
    </article>
  );
}

/** Compares only architectures that were started with "before" and have its status: other sums aren't comparable. */
function describeSavings(figure: Figure, lanes: Lanes, latest: Readings): string {
  const from = savingValueOf(figure, latest.before);
  const savings = ARCHITECTURES.flatMap(({ key, title }) => {
    const isComparable = lanes[key].start === lanes.before.start && lanes[key].status === lanes.before.status;
    const to = savingValueOf(figure, latest[key]);
    if (key === "before" || !isComparable || !from || to === null) return [];
    return `${title} ${showSaving(from, to)}`;
  });
  return savings.length > 0 ? `Here: ${savings.join(", ")}.` : "";
}

function savingValueOf(figure: Figure, reading: Reading | null): number | null {
  return reading && figure.showsSaving?.(reading) ? figure.value(reading) : null;
}

function valueIn(figure: Figure, reading: Reading | null): number | null {
  return reading && figure.value(reading);
}
