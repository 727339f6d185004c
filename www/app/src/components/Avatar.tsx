const HUES = 6;

/** Decorative: the name is always shown beside it. */
export function Avatar({ id, name }: { id: number; name: string }) {
  return (
    <span className={`avatar avatar-${id % HUES}`} aria-hidden="true">
      {name.slice(0, 1)}
    </span>
  );
}
