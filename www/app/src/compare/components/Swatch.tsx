import type { Architecture } from "../architectures";

/** A sample of an architecture's line in the charts. */
export function Swatch({ architecture }: { architecture: Architecture }) {
  return (
    <svg className={`swatch swatch-${architecture}`} viewBox="0 0 19 10" width="19" height="10" aria-hidden="true">
      <path d="M0 5h19" />
    </svg>
  );
}
