// A small application on the package's server for Node.js, with PostgreSQL: `node node.mjs USERS PER_USER MANY`, with the
// same rooms as application/serve.py. The cookie names the user.

import pg from "pg";
import { WebSocketServer } from "ws";

import { Server } from "../../pkg/server/index.js";
import { PgStorage } from "../../pkg/server/pg.js";
import { MAX_PAYLOAD, serve } from "../../pkg/server/ws.js";

const [users = 0, perUser = 0, many = 0] = process.argv.slice(2).map(Number);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });

await pool.query(`
  CREATE TABLE participants (room bigint, person bigint, PRIMARY KEY (room, person));
  CREATE INDEX ON participants (person);
  CREATE TABLE messages (
    id bigserial PRIMARY KEY, room bigint NOT NULL, person bigint NOT NULL, text text NOT NULL, type text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  INSERT INTO participants SELECT 1 + room, 1 + (room + step) % ${users}
    FROM generate_series(0, ${users - 1}) room, generate_series(0, ${perUser - 1}) step;
  INSERT INTO participants SELECT ${users} + room, ${users + 1} FROM generate_series(1, ${many}) room;
`);

const storage = new PgStorage(pool, {
  async participants(room, client) {
    const { rows } = await client.query("SELECT person FROM participants WHERE room = $1", [room]);
    return rows.map(({ person }) => Number(person));
  },
  async conversations(person, client) {
    const { rows } = await client.query("SELECT room FROM participants WHERE person = $1", [person]);
    return rows.map(({ room }) => Number(room));
  },
  async create({ conversationId, userId, text, type }, client) {
    const sql = "INSERT INTO messages (room, person, text, type) VALUES ($1, $2, $3, $4) RETURNING id";
    return Number((await client.query(sql, [conversationId, userId, text, type])).rows[0].id);
  },
  async load(ids, client) {
    const { rows } = await client.query("SELECT * FROM messages WHERE id = ANY($1)", [ids]);
    return rows.map(({ id, text, type, person, created_at }) => ({
      message: text,
      type,
      sender_id: Number(person),
      message_id: Number(id),
      created_at: created_at.toISOString(),
    }));
  },
});
await storage.migrate();

const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1", maxPayload: MAX_PAYLOAD });
serve(sockets, new Server({ storage }), {
  path: "/ws/inbox/",
  authenticate: async ({ headers }) => Number(/user=(\d+)/.exec(headers.cookie ?? "")?.[1]) || null,
});
sockets.on("listening", () => {
  const { port } = /** @type {import("node:net").AddressInfo} */ (sockets.address());
  console.log(`Listening on http://127.0.0.1:${port}/`);
});
