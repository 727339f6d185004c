// The page's memory after garbage collection, in a Chromium started with precise memory info.

const memories = new Set<WebAssembly.Memory>();

/** Records the memory of every wasm module instantiated from now on. */
export function watchWasm(): void {
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(Instance, args) {
      const instance: WebAssembly.Instance = Reflect.construct(Instance, args);
      for (const value of Object.values(instance.exports)) {
        if (value instanceof WebAssembly.Memory) memories.add(value);
      }
      return instance;
    },
  });
}

/** In bytes. */
export interface Held {
  heap: number;
  wasm: number;
}

export async function heapAndWasm(): Promise<Held> {
  // Repeated, because objects that a finalizer releases are collected in the next round.
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const heap: number = (performance as any).memory?.usedJSHeapSize ?? NaN;
  return { heap, wasm: [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0) };
}
