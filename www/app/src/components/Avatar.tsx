const HUES = 6;

/** Decoration only: wherever it stands, the name stands beside it. */
export function Avatar({ id, name }: { id: number; name: string }) {
  return (
    <span className={`avatar avatar-${id % HUES}`} aria-hidden="true">
      {name.slice(0, 1)}
    </span>
  );
}
