import { useCallback, useEffect, useState } from "react";

import { disconnect } from "inbox-socket";

import { type User, fetchMe } from "../../api";
import { Login } from "../../components/Login";
import { Comparison } from "./Comparison";

/** The comparison. It requires a login, because its sockets belong to a user. */
export function Page() {
  const [me, setMe] = useState<User | null | undefined>(undefined);
  const [notice, setNotice] = useState<string | null>(null);

  useEffect(() => {
    fetchMe().then(setMe, (failure: Error) => {
      setNotice(failure.message);
      setMe(null);
    });
  }, []);

  const handleSessionEnd = useCallback(() => {
    disconnect();
    setNotice("Your session has ended. Please log in again.");
    setMe(null);
  }, []);

  if (me === undefined) return null;
  if (me === null) {
    return (
      <Login
        notice={notice}
        onLogIn={(user) => {
          setNotice(null);
          setMe(user);
        }}
      />
    );
  }
  return <Comparison key={me.id} onSessionEnd={handleSessionEnd} />;
}
