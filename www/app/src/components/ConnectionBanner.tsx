interface ConnectionBannerProps {
  error: string | null;
  reconnectAttempts: number;
  retry: () => void;
}

/** What went wrong, in the words of the hook, and the way to hurry it. */
export function ConnectionBanner({ error, reconnectAttempts, retry }: ConnectionBannerProps) {
  return (
    <div className="banner" data-shown={error !== null || undefined}>
      <div className="banner-text">
        {/* There before it has anything to say: a screen reader announces only what changes in it. */}
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
