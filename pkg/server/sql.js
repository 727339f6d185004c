// What the storages over SQL share: the tables, and what is done with them.
//
// Each operation is a generator, so that one source serves databases with promises (pg) and without (SQLite): it yields
// a Statement, or the result of one of the application's functions, and the driver sends back the rows, or the value.

import { notFound } from "./protocol.js";

const BATCH = 500; // older messages numbered in one transaction, during which the conversation is locked
// To find the first message that is left, pages of entries are read: small ones first, because most conversations begin
// there. What is left undecided after so many pages is a matter of the next `sync`.
const FIRST_PAGE = 10;
const LARGEST_PAGE = 1_000;
const PAGES = 50;

/**
 * @typedef {import("./application.js").Application<any>} Application
 * @typedef {import("./index.js").ConversationId} ConversationId
 * @typedef {import("./index.js").UserId} UserId
 * @typedef {import("./index.js").Frame} Frame
 * @typedef {import("./index.js").Draft} Draft
 * @typedef {{conversation: "number" | "string", message: "number" | "string", user: "number" | "string"}} Ids
 * @typedef {{conversationId: ConversationId, seq: number, messageId: number | string}} Entry
 * @typedef {Generator<any, any, any>} Steps
 *
 * @typedef {object} Driver
 * @property {(steps: (client: any) => Steps) => Promise<any>} transaction runs the steps in a transaction
 * @property {(steps: (client: any) => Steps) => Promise<any>} read runs the steps without one
 * @property {(client: any, steps: Steps) => any} run runs the steps in a transaction of the application
 *
 * @typedef {object} Dialect
 * @property {Record<"number" | "string", string>} types
 * @property {string} lock ends a SELECT that locks its rows
 * @property {string | null} migrating a SELECT that waits for other processes that create the tables
 * @property {(type: string) => string} list a table `r` with the column `value`, made of a parameter: a JSON array
 * @property {(type: string) => string} keys a table `r` with the columns `conversation` and `seq`, made of a parameter: a
 *   JSON array of objects
 */

/** A statement with its parameters, each written as `?`. */
export class Statement {
  /** @param {string} sql @param {unknown[]} params @param {boolean} hasRows */
  constructor(sql, params, hasRows) {
    this.sql = sql;
    this.params = params;
    this.hasRows = hasRows;
  }
}

/** @param {string} sql @param {unknown[]} params */
const select = (sql, ...params) => new Statement(sql, params, true);
/** @param {string} sql @param {unknown[]} params */
const execute = (sql, ...params) => new Statement(sql, params, false);

/** A storage with its own tables beside the application's. */
export class SqlStorage {
  /** @type {Ids} */
  #ids;
  #application;
  #framesDiffer;
  #driver;
  #dialect;

  /**
   * @param {Application} application
   * @param {{ids?: Partial<Ids>, framesDiffer?: boolean}} options
   * @param {Driver} driver
   * @param {Dialect} dialect
   */
  constructor(application, { ids, framesDiffer = false } = {}, driver, dialect) {
    const missing = ["participants", "conversations", "create", "load"].filter(
      (name) => typeof application?.[name] !== "function",
    );
    if (missing.length > 0) throw new TypeError(`the application must have functions; missing: ${missing.join(", ")}`);
    this.#ids = { conversation: "number", message: "number", user: "number", ...ids };
    this.#application = application;
    this.#framesDiffer = framesDiffer;
    this.#driver = driver;
    this.#dialect = dialect;
  }

  /** Creates the tables that don't exist yet. */
  async migrate() {
    const { types, migrating } = this.#dialect;
    const conversation = types[this.#ids.conversation];
    const message = types[this.#ids.message];
    const user = types[this.#ids.user];
    await this.#driver.transaction(function* () {
      if (migrating) yield select(migrating);
      yield execute(
        `CREATE TABLE IF NOT EXISTS inbox_heads (conversation ${conversation} PRIMARY KEY, head BIGINT NOT NULL)`,
      );
      yield execute(`CREATE TABLE IF NOT EXISTS inbox_entries (
        conversation ${conversation} NOT NULL, seq BIGINT NOT NULL, message ${message} NOT NULL UNIQUE,
        sender ${user}, client_id TEXT, PRIMARY KEY (conversation, seq), UNIQUE (sender, client_id)
      )`);
      yield execute(`CREATE TABLE IF NOT EXISTS inbox_floors (
        member ${user} NOT NULL, conversation ${conversation} NOT NULL, floor BIGINT NOT NULL,
        PRIMARY KEY (member, conversation)
      )`);
    });
  }

  /** @param {UserId} userId @returns {Promise<Map<ConversationId, import("./index.js").Head>>} */
  heads(userId) {
    return this.#driver.read((client) => this.#heads(client, userId));
  }

  /** @param {ConversationId} conversationId @returns {Promise<UserId[]>} */
  participants(conversationId) {
    return this.#driver.read((client) => this.#participants(client, conversationId));
  }

  /** @param {Draft[]} drafts @returns {Promise<import("./index.js").Outcome[]>} */
  append(drafts) {
    return this.#driver.transaction((client) => this.#append(client, drafts));
  }

  /** @param {UserId} userId @param {import("./index.js").Cursor[]} cursors @param {number} limit @returns {Promise<Frame[]>} */
  after(userId, cursors, limit) {
    return this.#driver.read((client) => this.#after(client, userId, cursors, limit));
  }

  /** @param {UserId} userId @param {import("./index.js").Cursor[]} cursors @returns {Promise<Map<ConversationId, number>>} */
  first(userId, cursors) {
    return this.#driver.read((client) => this.#first(client, userId, cursors));
  }

  /**
   * @param {UserId} userId
   * @param {ConversationId} conversationId
   * @param {number | string | undefined} before
   * @param {number} limit
   * @returns {Promise<Frame[]>}
   */
  async history(userId, conversationId, before, limit) {
    const find = () => this.#driver.read((client) => this.#history(client, userId, conversationId, before, limit));
    const found = await find();
    if (found.length === limit || !(await this.#hasOlder(conversationId))) return found;
    return (await this.#number(conversationId, 1)) > 0 ? find() : found;
  }

  /** Returns whether messages may have no number yet. @param {ConversationId} conversationId */
  async #hasOlder(conversationId) {
    if (!this.#application.existing) return false;
    return (await this.#driver.read(() => this.#lowest(conversationId))) > 1;
  }

  /** @param {any} client @param {{conversationId: ConversationId, messageId: number | string}} message */
  add(client, { conversationId, messageId }) {
    return this.#driver.run(client, this.#add(client, conversationId, messageId));
  }

  /** @param {any} client @param {ConversationId} conversationId @param {Iterable<UserId>} userIds */
  joined(client, conversationId, userIds) {
    return this.#driver.run(client, this.#joined(client, conversationId, userIds));
  }

  /** @param {Iterable<ConversationId> | AsyncIterable<ConversationId>} conversationIds */
  async backfill(conversationIds) {
    if (typeof this.#application.existing !== "function") {
      throw new TypeError("backfill needs the application's function `existing`");
    }
    for await (const conversationId of conversationIds) await this.#number(conversationId);
  }

  /**
   * Numbers the messages of the application that have no number; returns how many it has tried.
   *
   * A transaction for each batch, so that no lock is held for long. The newest of the older messages come first: the work
   * can stop and continue at any time, and what is missing meanwhile is at the beginning, like a pruned history.
   *
   * @param {ConversationId} conversationId
   * @param {number} [most] the most batches of older messages
   */
  async #number(conversationId, most = Infinity) {
    const { transaction } = this.#driver;
    const { older, newer } = await transaction((client) => this.#unnumbered(client, conversationId));
    for (const ids of batches(newer)) await transaction(() => this.#numberNewer(conversationId, ids));
    for (const ids of batches(older).slice(0, most)) await transaction(() => this.#numberOlder(conversationId, ids));
    return older.length;
  }

  /** @param {any} client @param {UserId} userId @returns {Steps} */
  *#heads(client, userId) {
    const found = yield this.#application.conversations(userId, client);
    const keys = [...found].map((key) => this.#conversationId(key));
    const rows = yield select(
      `SELECT r.value AS conversation, h.head, f.floor FROM ${this.#dialect.list(this.#type("conversation"))}
       LEFT JOIN inbox_heads h ON h.conversation = r.value
       LEFT JOIN inbox_floors f ON f.conversation = r.value AND f.member = ?`,
      JSON.stringify(keys),
      userId,
    );
    return new Map(
      rows.map(({ conversation, head, floor }) => [
        this.#conversationId(conversation),
        { seq: Number(head ?? 0), floor: Number(floor ?? 0) },
      ]),
    );
  }

  /** @param {any} client @param {ConversationId} conversationId @returns {Steps} */
  *#participants(client, conversationId) {
    const found = yield this.#application.participants(conversationId, client);
    return [...found].map((userId) => checked(userId, this.#ids.user, "participants must return the users' ids"));
  }

  /** @param {any} client @param {Draft[]} drafts @returns {Steps} */
  *#append(client, drafts) {
    const heads = yield* this.#lock(drafts.map(({ conversationId }) => conversationId));
    /** @type {(import("./protocol.js").Refused | {entry: Entry, recipients?: UserId[]})[]} */
    const outcomes = [];
    for (const draft of drafts) {
      const sent = yield* this.#sent(draft);
      if (sent) {
        outcomes.push({ entry: sent });
        continue;
      }
      const recipients = yield* this.#participants(client, draft.conversationId);
      if (!recipients.includes(draft.userId)) {
        outcomes.push(notFound());
        continue;
      }
      if (!heads.has(draft.conversationId)) {
        heads.set(draft.conversationId, yield* this.#open(client, draft.conversationId));
      }
      const created = yield this.#application.create(draft, client);
      const messageId = checked(created, this.#ids.message, "create must return the message's id");
      const seq = heads.get(draft.conversationId) + 1;
      heads.set(draft.conversationId, seq);
      const entry = { conversationId: draft.conversationId, seq, messageId };
      yield* this.#insert(entry, draft.userId, draft.clientId);
      outcomes.push({ entry, recipients });
    }
    yield* this.#setHeads(outcomes.flatMap((outcome) => ("recipients" in outcome ? [outcome.entry] : [])));
    const told = yield* this.#told(
      client,
      outcomes.flatMap((outcome) =>
        "entry" in outcome && outcome.recipients ? [{ entry: outcome.entry, recipients: outcome.recipients }] : [],
      ),
    );
    return outcomes.map((outcome) => {
      if (!("entry" in outcome)) return outcome;
      const { conversationId, seq, messageId } = outcome.entry;
      // A message that is sent again needs no more, and the application may have deleted it.
      if (!outcome.recipients) return { frame: { conversation_id: conversationId, seq, message_id: messageId } };
      return told.get(messageId);
    });
  }

  /**
   * Returns what to tell about new messages, by their ids.
   *
   * @param {any} client
   * @param {{entry: Entry, recipients: UserId[]}[]} messages
   * @returns {Steps}
   */
  *#told(client, messages) {
    /** Who reads which messages: one reader for all unless their frames differ. @type {Map<UserId | undefined, Entry[]>} */
    const readers = new Map();
    for (const { entry, recipients } of messages) {
      for (const reader of this.#framesDiffer ? recipients : [undefined]) {
        readers.set(reader, [...(readers.get(reader) ?? []), entry]);
      }
    }
    /** @type {Map<number | string, import("./index.js").Stored>} */
    const told = new Map();
    const recipientsOf = new Map(messages.map(({ entry, recipients }) => [entry.messageId, recipients]));
    for (const [reader, entries] of readers) {
      const frames = yield* this.#load(client, reader, entries);
      for (const { messageId } of entries) {
        const frame = frames.get(messageId);
        if (!frame) throw new Error(`load must return the frame of the new message ${messageId}; got none`);
        const one = told.get(messageId) ?? { frame, recipients: recipientsOf.get(messageId), views: new Map() };
        if (reader !== undefined) one.views?.set(reader, frame);
        told.set(messageId, one);
      }
    }
    return told;
  }

  /** Returns the entry of a message that was stored before. @param {Draft} draft @returns {Steps} */
  *#sent({ userId, clientId }) {
    if (clientId === undefined) return undefined;
    const sql = "SELECT conversation, seq, message FROM inbox_entries WHERE sender = ? AND client_id = ?";
    const [row] = yield select(sql, userId, clientId);
    return row && this.#entry(row);
  }

  /**
   * Locks conversations, in the same order in every process, and returns the heads of those that have one.
   *
   * @param {ConversationId[]} conversationIds
   * @returns {Steps}
   */
  *#lock(conversationIds) {
    const { list, lock } = this.#dialect;
    const rows = yield select(
      `SELECT conversation, head FROM inbox_heads WHERE conversation IN
       (SELECT value FROM ${list(this.#type("conversation"))}) ORDER BY conversation ${lock}`,
      JSON.stringify([...new Set(conversationIds)]),
    );
    return new Map(rows.map(({ conversation, head }) => [this.#conversationId(conversation), Number(head)]));
  }

  /**
   * Locks a conversation that may have no head yet, and returns its head.
   *
   * Numbers are reserved for the messages that the conversation has already: so new messages get higher ones, and the
   * older ones can be numbered at any later time.
   *
   * @param {any} client
   * @param {ConversationId} conversationId
   * @param {number | string} [messageId] a message that is new, as are all after it
   * @returns {Steps}
   */
  *#open(client, conversationId, messageId) {
    yield execute("INSERT INTO inbox_heads (conversation, head) VALUES (?, 0) ON CONFLICT DO NOTHING", conversationId);
    const head = (yield* this.#lock([conversationId])).get(conversationId);
    if (head > 0) return head;
    const ids = yield* this.#existing(client, conversationId);
    const place = messageId === undefined ? -1 : ids.indexOf(messageId);
    const reserved = place === -1 ? ids.length : place;
    yield* this.#setHead(conversationId, reserved);
    return reserved;
  }

  /** Returns the ids of the application's messages, oldest first. @param {any} client @param {ConversationId} conversationId @returns {Steps} */
  *#existing(client, conversationId) {
    const { existing } = this.#application;
    const found = existing ? yield existing(conversationId, client) : [];
    return [...found].map((id) => checked(id, this.#ids.message, "existing must return the messages' ids"));
  }

  /**
   * Returns the messages of the application that have no number: those for which one is reserved, newest first, and
   * those that came later, oldest first.
   *
   * @param {any} client
   * @param {ConversationId} conversationId
   * @returns {Steps}
   */
  *#unnumbered(client, conversationId) {
    yield* this.#open(client, conversationId);
    const ids = yield* this.#existing(client, conversationId);
    const rows = yield select("SELECT message FROM inbox_entries WHERE conversation = ?", conversationId);
    const known = new Set(rows.map(({ message }) => this.#messageId(message)));
    const unknown = ids.filter((id) => !known.has(id));
    const reserved = (yield* this.#lowest(conversationId)) - 1;
    return { older: unknown.slice(0, reserved).reverse(), newer: unknown.slice(reserved) };
  }

  /** Gives out the highest reserved numbers. @param {ConversationId} conversationId @param {(number | string)[]} ids @returns {Steps} */
  *#numberOlder(conversationId, ids) {
    yield* this.#lock([conversationId]);
    const lowest = yield* this.#lowest(conversationId);
    const unknown = (yield* this.#unknown(ids)).slice(0, lowest - 1);
    for (const [index, messageId] of unknown.entries()) {
      yield* this.#insert({ conversationId, seq: lowest - 1 - index, messageId });
    }
  }

  /** Gives out numbers above the head. @param {ConversationId} conversationId @param {(number | string)[]} ids @returns {Steps} */
  *#numberNewer(conversationId, ids) {
    const head = (yield* this.#lock([conversationId])).get(conversationId);
    const unknown = yield* this.#unknown(ids);
    for (const [index, messageId] of unknown.entries()) {
      yield* this.#insert({ conversationId, seq: head + 1 + index, messageId });
    }
    yield* this.#setHead(conversationId, head + unknown.length);
  }

  /** Returns those messages that have no number. @param {(number | string)[]} ids @returns {Steps} */
  *#unknown(ids) {
    const rows = yield select(
      `SELECT message FROM inbox_entries WHERE message IN
       (SELECT value FROM ${this.#dialect.list(this.#type("message"))})`,
      JSON.stringify(ids),
    );
    const known = new Set(rows.map(({ message }) => this.#messageId(message)));
    return ids.filter((id) => !known.has(id));
  }

  /** Returns the lowest number given out; the next one if there are none. @param {ConversationId} conversationId @returns {Steps} */
  *#lowest(conversationId) {
    const [{ lowest, head }] = yield select(
      `SELECT (SELECT min(seq) FROM inbox_entries WHERE conversation = ?) AS lowest,
              (SELECT head FROM inbox_heads WHERE conversation = ?) AS head`,
      ...[conversationId, conversationId],
    );
    return Number(lowest ?? Number(head ?? 0) + 1);
  }

  /** @param {any} client @param {ConversationId} conversationId @param {number | string} messageId @returns {Steps} */
  *#add(client, conversationId, messageId) {
    const id = checked(messageId, this.#ids.message, "add needs the message's id");
    const head = yield* this.#open(client, conversationId, id);
    // It may have been added before, or by `backfill`.
    const [row] = yield select("SELECT conversation, seq, message FROM inbox_entries WHERE message = ?", id);
    const entry = row ? this.#entry(row) : { conversationId, seq: head + 1, messageId: id };
    if (!row) {
      yield* this.#insert(entry);
      yield* this.#setHeads([entry]);
    }
    const recipients = yield* this.#participants(client, conversationId);
    return (yield* this.#told(client, [{ entry, recipients }])).get(entry.messageId);
  }

  /** @param {any} client @param {ConversationId} conversationId @param {Iterable<UserId>} userIds @returns {Steps} */
  *#joined(client, conversationId, userIds) {
    const head = yield* this.#open(client, conversationId);
    for (const userId of userIds) {
      yield execute(
        `INSERT INTO inbox_floors (member, conversation, floor) VALUES (?, ?, ?)
         ON CONFLICT (member, conversation) DO UPDATE SET floor = excluded.floor`,
        userId,
        conversationId,
        head,
      );
    }
  }

  /** @param {Entry} entry @param {UserId} [userId] @param {string} [clientId] @returns {Steps} */
  *#insert({ conversationId, seq, messageId }, userId, clientId) {
    yield execute(
      "INSERT INTO inbox_entries (conversation, seq, message, sender, client_id) VALUES (?, ?, ?, ?, ?)",
      ...[conversationId, seq, messageId, userId, clientId],
    );
  }

  /** Sets the heads to the last entry of each conversation. @param {Entry[]} entries @returns {Steps} */
  *#setHeads(entries) {
    for (const [key, seq] of new Map(entries.map(({ conversationId, seq }) => [conversationId, seq]))) {
      yield* this.#setHead(key, seq);
    }
  }

  /** @param {ConversationId} conversationId @param {number} head @returns {Steps} */
  *#setHead(conversationId, head) {
    yield execute("UPDATE inbox_heads SET head = ? WHERE conversation = ?", head, conversationId);
  }

  /** @param {any} client @param {UserId} reader @param {import("./index.js").Cursor[]} cursors @param {number} limit @returns {Steps} */
  *#after(client, reader, cursors, limit) {
    // By key: with ranges SQLite and PostgreSQL read every entry of the ranges before the limit applies.
    const rows = yield select(
      `SELECT e.conversation, e.seq, e.message FROM ${this.#dialect.keys(this.#type("conversation"))}
       JOIN inbox_entries e ON e.conversation = r.conversation AND e.seq = r.seq ORDER BY e.conversation, e.seq`,
      JSON.stringify(keysOf(cursors, limit)),
    );
    return yield* this.#frames(client, reader, rows);
  }

  /** @param {any} client @param {UserId} reader @param {import("./index.js").Cursor[]} cursors @returns {Steps} */
  *#first(client, reader, cursors) {
    /** @type {Map<ConversationId, number>} */
    const first = new Map();
    let pages = PAGES;
    for (const { conversationId, seq, head } of cursors) {
      let after = seq;
      for (let size = FIRST_PAGE; after < head; size = Math.min(10 * size, LARGEST_PAGE)) {
        if (pages === 0) {
          first.set(conversationId, after + 1);
          break;
        }
        pages -= 1;
        const rows = yield select(
          `SELECT conversation, seq, message FROM inbox_entries WHERE conversation = ? AND seq > ? AND seq <= ?
           ORDER BY seq LIMIT ?`,
          ...[conversationId, after, head, size],
        );
        const [frame] = yield* this.#frames(client, reader, rows);
        if (frame) {
          first.set(conversationId, Number(frame.seq));
          break;
        }
        if (rows.length < size) break;
        const oldest = size === FIRST_PAGE ? yield* this.#oldest(client, conversationId) : 0;
        after = Math.max(Number(rows[rows.length - 1].seq), oldest - 1);
      }
    }
    return first;
  }

  /**
   * Returns the `seq` of the oldest message that the application still has; 0 if it is unknown.
   *
   * @param {any} client
   * @param {ConversationId} conversationId
   * @returns {Steps}
   */
  *#oldest(client, conversationId) {
    const { oldest } = this.#application;
    const found = oldest && (yield oldest(conversationId, client));
    if (found === undefined || found === null) return 0;
    const messageId = checked(found, this.#ids.message, "oldest must return the message's id");
    const sql = "SELECT seq FROM inbox_entries WHERE conversation = ? AND message = ?";
    const [row] = yield select(sql, conversationId, messageId);
    return Number(row?.seq ?? 0);
  }

  /** @param {any} client @param {UserId} reader @param {ConversationId} conversationId @param {number | string | undefined} before @param {number} limit @returns {Steps} */
  *#history(client, reader, conversationId, before, limit) {
    let below = before === undefined ? Number.MAX_SAFE_INTEGER : yield* this.#seqOf(conversationId, before);
    /** @type {Frame[]} */
    const found = [];
    while (found.length < limit) {
      const rows = yield select(
        `SELECT conversation, seq, message FROM inbox_entries WHERE conversation = ? AND seq < ?
         ORDER BY seq DESC LIMIT ?`,
        ...[conversationId, below, limit],
      );
      found.push(...(yield* this.#frames(client, reader, rows)));
      if (rows.length < limit) break;
      below = Number(rows[rows.length - 1].seq);
    }
    return found.slice(0, limit);
  }

  /**
   * Returns the `seq` of a message, or of a place: if ids are numbers, the place of an id that does not exist is known.
   *
   * @param {ConversationId} conversationId
   * @param {number | string} messageId
   * @returns {Steps}
   */
  *#seqOf(conversationId, messageId) {
    const sql = "SELECT seq FROM inbox_entries WHERE conversation = ? AND message = ?";
    const [row] = yield select(sql, conversationId, messageId);
    if (row) return Number(row.seq);
    if (this.#ids.message === "string") return 0;
    const last = "SELECT max(seq) AS seq FROM inbox_entries WHERE conversation = ? AND message < ?";
    const [{ seq }] = yield select(last, conversationId, messageId);
    return Number(seq ?? 0) + 1;
  }

  /** Returns the frames of the entries in these rows. @param {any} client @param {UserId} reader @param {any[]} rows @returns {Steps} */
  *#frames(client, reader, rows) {
    const entries = rows.map((row) => this.#entry(row));
    const frames = yield* this.#load(client, this.#framesDiffer ? reader : undefined, entries);
    return entries.flatMap(({ messageId }) => frames.get(messageId) ?? []);
  }

  /** Returns the frames of these entries by message. @param {any} client @param {UserId | undefined} reader @param {Entry[]} entries @returns {Steps} */
  *#load(client, reader, entries) {
    if (entries.length === 0) return new Map();
    const found = yield this.#application.load(
      entries.map(({ messageId }) => messageId),
      client,
      reader,
    );
    const byId = new Map([...found].map((frame) => [String(frame?.message_id), frame]));
    /** @type {Map<number | string, Frame>} */
    const frames = new Map();
    for (const { conversationId, seq, messageId } of entries) {
      const frame = byId.get(String(messageId));
      if (!frame) continue;
      const place = { conversation_id: conversationId, seq };
      // These two first: the client's fast path expects them there.
      frames.set(messageId, { ...place, ...frame, ...place, message_id: messageId });
    }
    return frames;
  }

  /** @param {any} row @returns {Entry} */
  #entry({ conversation, seq, message }) {
    return {
      conversationId: this.#conversationId(conversation),
      seq: Number(seq),
      messageId: this.#messageId(message),
    };
  }

  /** @param {unknown} value */
  #conversationId(value) {
    return checked(value, this.#ids.conversation, "conversations must return the conversations' ids");
  }

  /** @param {unknown} value */
  #messageId(value) {
    return checked(value, this.#ids.message, "load must return the messages' ids");
  }

  /** @param {"conversation" | "message" | "user"} name */
  #type(name) {
    return this.#dialect.types[this.#ids[name]];
  }
}

/** @template T @param {T[]} items @returns {T[][]} */
function batches(items) {
  const found = [];
  for (let start = 0; start < items.length; start += BATCH) found.push(items.slice(start, start + BATCH));
  return found;
}

/**
 * Returns each number in these ranges, at most `limit`.
 *
 * @param {import("./index.js").Cursor[]} cursors
 * @param {number} limit
 */
function keysOf(cursors, limit) {
  /** @type {{conversation: ConversationId, seq: number}[]} */
  const keys = [];
  for (const { conversationId, seq, head } of cursors) {
    for (let next = seq + 1; next <= head && keys.length < limit; next += 1) {
      keys.push({ conversation: conversationId, seq: next });
    }
  }
  return keys;
}

/**
 * Returns an id in the type of the application's ids: pg returns a BIGINT as a string.
 *
 * @param {unknown} value
 * @param {"number" | "string"} kind
 * @param {string} rule
 */
function checked(value, kind, rule) {
  if (kind === "string" && typeof value === "string") return value;
  const isNumber = ["number", "bigint", "string"].includes(typeof value) && value !== "";
  if (kind === "number" && isNumber && Number.isSafeInteger(Number(value))) return Number(value);
  throw new TypeError(`${rule}, of type ${kind}; got ${typeof value}`);
}
