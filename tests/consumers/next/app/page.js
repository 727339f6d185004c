import { Inbox } from "../src/inbox.js";

export default function Page() {
  return (
    <main>
      <Inbox />
    </main>
  );
}
