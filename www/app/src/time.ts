/** Dates and times in the reader's language and time zone. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const shortDate = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const longDate = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
});

const DAY = 86_400_000;

export function clockTime(iso: string): string {
  return clock.format(new Date(iso));
}

/** Short form for the inbox list: a time today, a weekday within a week, a date before that. */
export function briefTime(iso: string): string {
  const date = new Date(iso);
  const age = startOfDay(new Date()) - startOfDay(date);
  if (age <= 0) return clock.format(date);
  return age < 6.5 * DAY ? weekday.format(date) : shortDate.format(date);
}

export function dayName(iso: string): string {
  const date = new Date(iso);
  const age = startOfDay(new Date()) - startOfDay(date);
  if (age <= 0) return "Today";
  // A day with a clock change is an hour shorter or longer.
  return age < 1.5 * DAY ? "Yesterday" : longDate.format(date);
}

export function isSameDay(a: string, b: string): boolean {
  return startOfDay(new Date(a)) === startOfDay(new Date(b));
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
