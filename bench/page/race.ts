// Times contenders against one another in one run: batches long enough for the clock, in many short rounds in which
// every contender takes a turn, so that other load on the machine affects all of them alike.

import { median } from "../median.mjs";

export interface Contender {
  name: string;
  /** Prepares `count` operations outside the timed section, and returns the function that runs them. */
  prepare(count: number): Run | Promise<Run>;
  /** The largest `count` that `prepare` accepts. */
  most?: number;
}

type Run = () => void | Promise<void>;

export interface Result {
  /** Nanoseconds for one operation, the median of the rounds. */
  ns: number;
  /** As a multiple of the first contender's time in the same round, the median of the rounds. */
  ratio: number;
}

export interface Effort {
  rounds: number;
  /** The length of a batch, in ms. */
  batch: number;
}

const MOST = 20_000;

export async function race(contenders: Contender[], { rounds, batch }: Effort): Promise<Record<string, Result>> {
  const counts = new Map<Contender, number>();
  for (const contender of contenders) counts.set(contender, await warmUp(contender, batch));

  const times = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round++) {
    // Rotate, and reverse every other round, so that no contender always follows the same one.
    const order = contenders.map((_, i) => contenders[(i + round) % contenders.length]!);
    if (round % 2 === 1) order.reverse();
    for (const contender of order) {
      const count = counts.get(contender)!;
      times.get(contender)!.push((await time(contender, count)) / count);
    }
  }

  const yardstick = times.get(contenders[0]!)!;
  const entries = contenders.map((contender) => {
    const own = times.get(contender)!;
    const ratio = median(own.map((ms, round) => ms / yardstick[round]!));
    return [contender.name, { ns: median(own) * 1e6, ratio }];
  });
  return Object.fromEntries(entries);
}

/** Runs until the code is optimized, and returns the number of operations that fill a batch. */
async function warmUp(contender: Contender, batch: number): Promise<number> {
  let count = 1;
  let ms = 0;
  for (let spent = 0; spent < 20 * batch; spent += ms) {
    ms = await time(contender, count);
    if (ms < batch && count < MOST) count = Math.min(count * 2, MOST);
  }
  return Math.max(1, Math.min(MOST, Math.round((count * batch) / Math.max(ms, 0.01))));
}

async function time({ prepare, most = MOST }: Contender, count: number): Promise<number> {
  let ms = 0;
  for (let left = count; left > 0; left -= most) {
    const run = await prepare(Math.min(left, most));
    // Collect the garbage of the preparation now, and not in the timed section.
    if (count <= most) globalThis.gc?.({ type: "minor" });
    const start = performance.now();
    const done = run();
    if (done) await done;
    ms += performance.now() - start;
  }
  return ms;
}
