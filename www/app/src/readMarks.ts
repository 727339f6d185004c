/** How far each conversation was read, kept in this browser: the server does not know. */

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
    // Storage can be full or forbidden. The counts then last as long as the page.
  }
}

function keyFor(userId: number): string {
  return `inbox-demo:read:${userId}`;
}
