// The records of one user in the browser's IndexedDB. All pages of this user and inbox share them.
//
// The schema only grows, so that pages of two versions of this package can use it at once: it is opened without a version.
//
// | object store | contents |
// | --- | --- |
// | `messages` | the records; their key is one order for all pages |
// | `facts` | `user`: the id that the server's `welcome` has named |

/** A transaction waits for the operating system, and not for the disk: a crash of the browser loses nothing. */
const RELAXED = /** @type {IDBTransactionOptions} */ ({ durability: "relaxed" });

export class Store {
  #name;
  #opened;
  #faulted;
  /** The present handle. A dropped one reports only that a record was written. @type {{db?: IDBDatabase}} */
  #handle = {};

  /** @param {string} name that of the database @param {() => void} opened @param {() => void} faulted */
  constructor(name, opened, faulted) {
    this.#name = name;
    this.#opened = opened;
    this.#faulted = faulted;
  }

  /** Drops the handle, and opens another. */
  open() {
    this.close();
    /** @type {{db?: IDBDatabase}} */
    const handle = (this.#handle = {});
    try {
      const request = indexedDB.open(this.#name);
      request.onupgradeneeded = () => create(request.result);
      request.onerror = (event) => {
        event.preventDefault();
        this.#fail(handle);
      };
      request.onsuccess = () => {
        const db = request.result;
        if (this.#handle !== handle) return db.close();
        // The user deletes the site's data, or a later version of this package needs more object stores.
        db.onversionchange = db.onclose = () => this.#fail(handle);
        handle.db = db;
        this.#opened();
      };
    } catch {
      this.#fail(handle);
    }
  }

  close() {
    this.#handle.db?.close();
    this.#handle = {};
  }

  /** Writes a record; if it is there, only how the message is. @param {any} record @param {() => void} [committed] */
  put(record, committed) {
    const work = (messages) => {
      const known = messages.index("clientId").get(record.clientId);
      known.onsuccess = () => {
        const { reason, since } = record;
        messages.put(known.result ? { ...known.result, reason, since } : record);
      };
    };
    this.#run(work, () => committed?.());
  }

  /** @param {string} clientId @param {() => void} deleted */
  delete(clientId, deleted) {
    const handle = this.#handle;
    const work = (messages) => {
      const known = messages.index("clientId").getKey(clientId);
      known.onsuccess = () => known.result !== undefined && messages.delete(known.result);
    };
    this.#run(work, () => this.#handle === handle && deleted());
  }

  /** Deletes everything. */
  clear() {
    this.#run((messages, facts) => {
      messages.clear();
      facts.clear();
    });
  }

  /** Reads the user's id, and the pages that own records. @param {(user: any, owners: string[]) => void} done */
  look(done) {
    let user, owners;
    const work = (messages, facts) => {
      user = facts.get("user");
      owners = [];
      messages.index("owner").openKeyCursor(null, "nextunique").onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return;
        owners.push(cursor.key);
        cursor.continue();
      };
    };
    this.#run(work, () => done(user.result, owners));
  }

  /** @param {number | string} user */
  name(user) {
    this.#run((_, facts) => facts.put(user, "user"));
  }

  /**
   * Makes a page the owner of another one's records. Two pages that try to at once do not both receive them.
   *
   * @param {string} from
   * @param {string} to
   * @param {(records: any[]) => void} done
   */
  inherit(from, to, done) {
    const records = [];
    const work = (messages) => {
      messages.index("owner").openCursor(from).onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return;
        records.push(cursor.value);
        cursor.update({ ...cursor.value, owner: to });
        cursor.continue();
      };
    };
    this.#run(work, () => done(records.sort((one, other) => one.key - other.key)));
  }

  /** @param {(messages: IDBObjectStore, facts: IDBObjectStore) => void} work @param {() => void} [done] */
  #run(work, done) {
    const handle = this.#handle;
    if (!handle.db) return;
    try {
      const transaction = handle.db.transaction(["messages", "facts"], "readwrite", RELAXED);
      transaction.oncomplete = () => done?.();
      transaction.onabort = () => this.#fail(handle);
      work(transaction.objectStore("messages"), transaction.objectStore("facts"));
    } catch {
      this.#fail(handle);
    }
  }

  #fail(handle) {
    if (this.#handle !== handle) return;
    this.close();
    this.#faulted();
  }
}

/** @param {IDBDatabase} db */
function create(db) {
  const messages = db.createObjectStore("messages", { keyPath: "key", autoIncrement: true });
  messages.createIndex("clientId", "clientId", { unique: true });
  messages.createIndex("owner", "owner");
  db.createObjectStore("facts");
}
