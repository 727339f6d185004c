import { useEffect, useState } from "react";

import { type ConnectionStats, getStats } from "inbox-socket";

/** The library's counters, looked at every second; null until its core has been loaded. */
export function useStats(): ConnectionStats | null {
  const [stats, setStats] = useState(getStats);
  useEffect(() => {
    const timer = setInterval(() => setStats(getStats()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return stats;
}
