interface ConnectionBannerProps {
  error: string | null;
  reconnectAttempts: number;
  retry: () => void;
}

/** Shows the hook's `error`, and a button that retries now. */
export function ConnectionBanner({ error, reconnectAttempts, retry }: ConnectionBannerProps) {
  return (
    <div className="banner" data-shown={error !== null || undefined}>
      <div className="banner-text">
        {/* Mounted even when empty: screen readers announce only changes of an existing status element. */}
        <p role="status">{error}</p>
        {error && reconnectAttempts > 0 && <p className="banner-attempts">Attempt {reconnectAttempts}</p>}
      </div>
      {error && (
        <button className="button" onClick={retry}>
          Retry Now
        </button>
      )}
    </div>
  );
}
