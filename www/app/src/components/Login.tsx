import { type FormEvent, useState } from "react";

import { type User, logIn } from "../api";
import { Avatar } from "./Avatar";

const SEEDED_PEOPLE = [
  { id: 1, username: "ana", name: "Ana" },
  { id: 2, username: "ben", name: "Ben" },
  { id: 3, username: "chi", name: "Chi" },
];
const SEEDED_PASSWORD = "demo";

interface LoginProps {
  notice: string | null;
  onLogIn: (user: User) => void;
}

export function Login({ notice, onLogIn }: LoginProps) {
  const [problem, setProblem] = useState(notice);
  const [isBusy, setIsBusy] = useState(false);

  const attempt = async (username: string, password: string) => {
    setIsBusy(true);
    setProblem(null);
    try {
      onLogIn(await logIn(username, password));
    } catch (failure) {
      setProblem((failure as Error).message);
      setIsBusy(false);
    }
  };

  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    void attempt(String(fields.get("username")), String(fields.get("password")));
  };

  return (
    <main className="login">
      <header className="login-header">
        <img src="/icon.svg" alt="" width="44" height="44" />
        <h1>Inbox</h1>
        <p>All conversations, one WebSocket.</p>
      </header>

      <section aria-labelledby="people">
        <h2 id="people">Choose a demo user</h2>
        <ul className="people">
          {SEEDED_PEOPLE.map((person) => (
            <li key={person.username}>
              <button className="person" disabled={isBusy} onClick={() => attempt(person.username, SEEDED_PASSWORD)}>
                <Avatar id={person.id} name={person.name} />
                <span>
                  <span className="visually-hidden">Log in as </span>
                  {person.name}
                </span>
              </button>
            </li>
          ))}
        </ul>
        <p className="hint">Log in as another user in a private window to try a conversation.</p>
      </section>

      <form className="login-form" onSubmit={handleSubmit} aria-label="Log in with a name">
        <label>
          Name
          <input name="username" autoComplete="username" autoCapitalize="none" required />
        </label>
        <label>
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        <button className="button button-primary" disabled={isBusy}>
          Log in
        </button>
      </form>

      <p className="login-problem" role="alert">
        {problem}
      </p>
    </main>
  );
}
