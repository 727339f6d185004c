// The demo's server.

import { Backend } from "../../support/backend.mjs";
import { logIn } from "../../support/log-in.mjs";

// Every message must have an entry: an entry that is missing raises a KeyError.
const READ = `
import json
from inbox.models import Message
from inbox_socket.django.models import Entry
entries = {entry.key: entry for entry in Entry.objects.all()}
rows = [(m, entries[str(m.pk)]) for m in Message.objects.select_related("sender")]
print(json.dumps([
    {"conversation": m.conversation_id, "seq": entry.seq, "id": m.pk, "user": m.sender.username,
     "clientId": entry.client_id, "text": m.text, "at": int(m.created_at.timestamp() * 1000)}
    for m, entry in sorted(rows, key=lambda row: (row[0].conversation_id, row[1].seq))
]))`;

export class Django extends Backend {
  /** @returns {Promise<import("../servers.mjs").Stored[]>} */
  async stored() {
    return JSON.parse(await this.run(READ));
  }

  /** @param {import("playwright-core").Page} page @param {string} user @returns {Promise<import("../servers.mjs").Visit>} */
  async enter(page, user) {
    await page.evaluate(logIn, user);
    return { conversations: await page.evaluate(readConversations) };
  }
}

/** Runs in the page: returns the ids of the user's conversations. @returns {Promise<number[]>} */
async function readConversations() {
  const { conversations } = await (await fetch("/api/conversations")).json();
  return conversations.map((/** @type {{id: number}} */ { id }) => id);
}
