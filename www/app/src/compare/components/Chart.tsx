import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

const HEIGHT = 120;

/** In seconds: the minimum length of the time axis, so that the first values don't rescale it constantly. */
const LEAST_TIME = 30;

const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 9 }, (_, zeros) => step * 10 ** zeros))
  .sort((a, b) => a - b);

/** In the order of ARCHITECTURES. Where lines coincide, the dashes leave the line below visible. */
const LINES: uPlot.Series[] = [
  { stroke: colour("--before"), width: 2 },
  { stroke: colour("--after"), width: 2, dash: [5, 5] },
  { stroke: colour("--ours"), width: 3 },
];

interface ChartProps {
  times: number[];
  /** For each of the three architectures, one value per time. */
  series: (number | null)[][];
  show: (value: number) => string;
}

/**
 * Lines over time, drawn with uPlot: it is small (22 kB), has no dependencies, and draws many points quickly. Twelve
 * charts are drawn twice a second and must not disturb the measurement.
 *
 * Hidden from screen readers: the numbers beside it are text.
 */
export function Chart({ times, series, show }: ChartProps) {
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);

  useEffect(() => {
    const made = makePlot(element.current!, show);
    plot.current = made;
    const observer = new ResizeObserver(([entry]) => made.setSize({ width: entry!.contentRect.width, height: HEIGHT }));
    observer.observe(element.current!);
    const scheme = window.matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => made.redraw();
    scheme.addEventListener("change", redraw);
    return () => {
      observer.disconnect();
      scheme.removeEventListener("change", redraw);
      made.destroy();
    };
  }, [show]);

  useEffect(() => {
    plot.current!.setData(inDrawingOrder(times, series));
  }, [times, series, show]);

  return <div ref={element} className="chart" style={{ height: HEIGHT }} aria-hidden="true" />;
}

function makePlot(element: HTMLElement, show: (value: number) => string): uPlot {
  const axis: uPlot.Axis = {
    stroke: colour("--ink-soft"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  return new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      padding: [8, 16, 0, 0],
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { time: false, range: (_, first, last) => [first ?? 0, Math.max(last ?? 0, (first ?? 0) + LEAST_TIME)] },
        // From zero to at least one, so that the axis has a range even if all values are zero.
        y: { range: (_, __, most) => [0, Math.max(most ?? 0, 1) * 1.1] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 24,
          gap: 7,
          space: 60,
          incrs: WHOLE_STEPS,
          values: (_, splits) => splits.map((at) => `${at} s`),
        },
        { ...axis, size: 58, gap: 4, space: 28, incrs: WHOLE_STEPS, values: (_, splits) => splits.map(show) },
      ],
      series: [{}, LINES[2]!, LINES[0]!, LINES[1]!].map((line) => ({ ...line, points: { show: false } })),
    },
    [[], [], [], []],
    element,
  );
}

function inDrawingOrder(times: number[], [before, after, ours]: (number | null)[][]): uPlot.AlignedData {
  return [times, ours!, before!, after!];
}

/** Resolves a colour variable of the page on each drawing: a canvas can't use variables, and the scheme may change. */
function colour(name: string): (plot: uPlot) => string {
  return ({ root }) => {
    root.style.color = `var(${name})`;
    return getComputedStyle(root).color;
  };
}
