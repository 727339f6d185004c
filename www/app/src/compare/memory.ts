/**
 * Measures the memory of each frame. `performance.memory` reports the whole heap, which frames of one origin share.
 * `measureUserAgentSpecificMemory` reports each frame, but only to a cross-origin isolated page.
 */

import { ARCHITECTURES, type Architecture } from "./architectures";
import type { Frame } from "./frame/frame";

/** Missing in TypeScript's library. */
interface MemoryMeasurement {
  breakdown: { bytes: number; attribution: { url: string }[] }[];
}

declare global {
  interface Performance {
    measureUserAgentSpecificMemory?: () => Promise<MemoryMeasurement>;
  }
}

export const canMeasureMemory = window.crossOriginIsolated && performance.measureUserAgentSpecificMemory !== undefined;

export type Memory = Partial<Record<Architecture, number>>;

/** Slow: the browser waits for the next garbage collection. */
export async function measureMemory(frames: Record<Architecture, Frame | null>): Promise<Memory> {
  const { breakdown } = await performance.measureUserAgentSpecificMemory!();
  const memory: Memory = {};
  for (const { key } of ARCHITECTURES) {
    const parts = breakdown.filter(({ attribution }) => attribution.some(({ url }) => url.endsWith(frameAddress(key))));
    const frame = frames[key];
    if (parts.length === 0 || frame === null) continue;
    memory[key] = parts.reduce((sum, { bytes }) => sum + bytes, await frame.wasmMemory());
  }
  return memory;
}

export function frameAddress(architecture: Architecture): string {
  return `/compare/frame.html?${architecture}`;
}
