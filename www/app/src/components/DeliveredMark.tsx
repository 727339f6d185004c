/** Visual only: the text beside it tells screen readers the same. */
export function DeliveredMark() {
  return (
    <span className="delivered-mark" title="Delivered" aria-hidden="true">
      ✓
    </span>
  );
}
