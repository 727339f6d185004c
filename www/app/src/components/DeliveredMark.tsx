/** For the eye only: a screen reader is told in words beside it. */
export function DeliveredMark() {
  return (
    <span className="delivered-mark" title="Delivered" aria-hidden="true">
      ✓
    </span>
  );
}
