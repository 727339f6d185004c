import { useCallback, useEffect, useState } from "react";

import { configure } from "inbox-socket";

import { type User, fetchMe, logOut } from "./api";
import { Inbox } from "./components/Inbox";
import { Login } from "./components/Login";

/** The user, null if no user is logged in, or undefined until the server has responded. */
type Session = User | null | undefined;

export function App() {
  const [me, setMe] = useState<Session>(undefined);
  const [notice, setNotice] = useState<string | null>(null);

  useEffect(() => {
    fetchMe().then(begin, (failure: Error) => {
      setNotice(failure.message);
      setMe(null);
    });
  }, []);

  // The connection and the messages that wait belong to the user.
  const begin = (user: User | null) => {
    configure({ user: user?.id ?? null });
    setMe(user);
  };

  const handleLogIn = (user: User) => {
    setNotice(null);
    begin(user);
  };

  const handleLogOut = async () => {
    // If that fails, nothing that waits is lost. Other tabs then find the session ended.
    await logOut();
    setNotice(null);
    begin(null);
  };

  const handleSessionChange = useCallback((user: User | null) => {
    setNotice(user ? null : "Your session has ended. Please log in again.");
    begin(user);
  }, []);

  if (me === undefined) return null;
  if (me === null) return <Login notice={notice} onLogIn={handleLogIn} />;
  return <Inbox key={me.id} me={me} onLogOut={handleLogOut} onSessionChange={handleSessionChange} />;
}
