import { attempt, isPromise, reasonOf, reportMistake, textOf } from "./checks.js";

/**
 * Joins and leaves conversations, for a server that sends the frames of a conversation only after a join.
 *
 * @param {import("../../index.js").Adapter} adapter
 * @param {import("../../index.js").Options} options
 * @param {(id: any) => boolean} isNeeded
 * @param {(callback: () => void, ms: number) => void} later
 * @param {(id: any, reason: string) => void} refused
 */
export function createRooms(adapter, { connectTimeout = 5_000, linger = 250 }, isNeeded, later, refused) {
  const isUsed = adapter.join ?? adapter.leave;
  /** The connection, once conversations can be joined on it. @type {any} */
  let connection;
  /** Conversation id → why the join was refused, if it was. @type {Map<any, Promise<string | undefined>>} */
  const joins = new Map();

  const send = (member, frame) => {
    if (frame !== undefined && frame !== null) connection?.send(textOf(member, frame));
  };

  const ask = async (id) => {
    const mine = connection;
    try {
      const frame = adapter.join?.(id, mine);
      // A promise's value is not a frame: it may be the answer that `join` has waited for.
      if (isPromise(frame)) await Promise.race([frame, overdue(id)]);
      else send("join", frame);
    } catch (error) {
      if (connection !== mine) return;
      reportMistake(error);
      refused(id, reasonOf(error));
      return reasonOf(error);
    }
  };

  /** One conversation must not keep the others from opening. */
  const overdue = (id) =>
    new Promise((_, reject) => {
      const ms = connectTimeout / 2;
      const error = new TypeError(`\`adapter.join\` must settle within ${ms} ms; it has not for ${JSON.stringify(id)}`);
      later(() => reject(error), ms);
    });

  /** Joins a conversation, unless it is joined already. */
  const join = (id) => {
    if (connection && isUsed && !joins.has(id)) joins.set(id, ask(id));
    return joins.get(id);
  };

  return {
    join,
    /** Joins these conversations on a new connection. Resolves when each join has been answered. */
    begin(opened, ids) {
      connection = opened;
      return Promise.all(ids.map(join));
    },
    end() {
      connection = undefined;
      joins.clear();
    },
    /** Leaves a conversation soon, unless it is needed again. */
    leave(id) {
      if (!joins.has(id)) return;
      later(() => {
        if (!isNeeded(id) && joins.delete(id)) attempt(() => send("leave", adapter.leave?.(id)));
      }, linger);
    },
  };
}
