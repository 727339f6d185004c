/** Counts which messages of this page's bursts the frame has received; ignores those of other pages. */

const missing = new Set<string>();

export const burst = { expected: 0, received: 0 };

export function expect(texts: string[]): void {
  burst.expected += texts.length;
  for (const text of texts) missing.add(text);
}

export function forget(texts: string[]): void {
  for (const text of texts) if (missing.delete(text)) burst.expected -= 1;
}

export function receive(text: unknown): void {
  if (missing.delete(text as string)) burst.received += 1;
}
