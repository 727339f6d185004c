import { useCallback, useEffect, useState } from "react";

import { disconnect, retry } from "inbox-socket";

import { type User, fetchMe, logOut } from "./api";
import { Inbox } from "./components/Inbox";
import { Login } from "./components/Login";

/** The user, null if no user is logged in, or undefined until the server has responded. */
type Session = User | null | undefined;

export function App() {
  const [me, setMe] = useState<Session>(undefined);
  const [notice, setNotice] = useState<string | null>(null);

  useEffect(() => {
    fetchMe().then(setMe, (failure: Error) => {
      setNotice(failure.message);
      setMe(null);
    });
  }, []);

  const handleLogIn = (user: User) => {
    setNotice(null);
    setMe(user);
  };

  const handleLogOut = async () => {
    // The socket and its queue belong to this user and must not be used for the next one.
    disconnect();
    try {
      await logOut();
    } catch (failure) {
      retry();
      throw failure;
    }
    setMe(null);
  };

  const handleSessionChange = useCallback((user: User | null) => {
    disconnect();
    setNotice(user ? null : "Your session has ended. Please log in again.");
    setMe(user);
  }, []);

  if (me === undefined) return null;
  if (me === null) return <Login notice={notice} onLogIn={handleLogIn} />;
  return <Inbox key={me.id} me={me} onLogOut={handleLogOut} onSessionChange={handleSessionChange} />;
}
