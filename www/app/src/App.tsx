import { useCallback, useEffect, useState } from "react";

import { disconnect } from "inbox-socket";

import { type User, fetchMe, logOut } from "./api";
import { Inbox } from "./components/Inbox";
import { Login } from "./components/Login";

/** Who is here: somebody, nobody (null), or not known yet (undefined). */
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
    await logOut();
    // The socket belongs to whoever opened it. Left to linger, it could serve the next person.
    disconnect();
    setMe(null);
  };

  const handleLoggedOut = useCallback(() => {
    setNotice("Your session has ended. Please log in again.");
    setMe(null);
  }, []);

  if (me === undefined) return null;
  if (me === null) return <Login notice={notice} onLogIn={handleLogIn} />;
  return <Inbox key={me.id} me={me} onLogOut={handleLogOut} onLoggedOut={handleLoggedOut} />;
}
