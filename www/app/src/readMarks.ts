/** Stores in this browser how far each conversation was read; the server does not track it. */

type ReadMarks = Record<number, number>;

export function loadReadMarks(userId: number): ReadMarks {
  try {
    return JSON.parse(localStorage.getItem(keyFor(userId)) ?? "{}");
  } catch {
    return {};
  }
}

export function saveReadMarks(userId: number, marks: ReadMarks): void {
  try {
    localStorage.setItem(keyFor(userId), JSON.stringify(marks));
  } catch {
    // Storage can be full or blocked. The counts then last until the page is closed.
  }
}

function keyFor(userId: number): string {
  return `inbox-demo:read:${userId}`;
}
