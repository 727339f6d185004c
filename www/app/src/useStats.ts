import { useEffect, useState } from "react";

import { type ConnectionStats, getStats } from "inbox-socket";

/** The library's counters, read every second; null until the core is loaded. */
export function useStats(): ConnectionStats | null {
  const [stats, setStats] = useState(getStats);
  useEffect(() => {
    const timer = setInterval(() => setStats(getStats()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return stats;
}
