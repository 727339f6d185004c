// The frames that the fake server sends: 200 bytes each, in the real server's format or with the ids at the end.

const SIZE = 200;

// Every frame has a new id and the next `seq` of its conversation, because a client may drop duplicates.
let messageId = 1_000_000;

export interface Batch {
  /** The conversation of each frame. */
  ids: number[];
  texts: string[];
}

/** A stream of messages that cycles through `ids` in a shuffled order, the same in every run. */
export class Feed {
  readonly #ids: number[];
  readonly #seqs = new Map<number, number>();
  readonly #owed = new Map<number, number>();
  #next = 0;

  constructor(
    ids: number[],
    readonly idsAt: "start" | "end" = "start",
  ) {
    this.#ids = shuffled(ids);
  }

  next(count: number): Batch {
    const ids: number[] = [];
    const texts: string[] = [];
    for (let i = 0; i < count; i++) {
      const id = this.#ids[this.#next++ % this.#ids.length]!;
      const seq = (this.#seqs.get(id) ?? 0) + 1;
      this.#seqs.set(id, seq);
      messageId += 1;
      this.#owed.set(id, (this.#owed.get(id) ?? 0) + messageId);
      ids.push(id);
      texts.push(frame(id, messageId, seq, this.idsAt));
    }
    return { ids, texts: asReceived(texts) };
  }

  /** For each conversation, the sum of the ids of its messages so far. */
  get owed(): ReadonlyMap<number, number> {
    return this.#owed;
  }
}

function frame(id: number, messageId: number, seq: number, idsAt: Feed["idsAt"]): string {
  const ids = `"conversation_id":${id},"seq":${seq}`;
  const write = (message: string) => {
    const rest =
      `"message":"${message}","type":"TEXT","sender_id":456,"sender_name":"Ben","message_id":${messageId},` +
      `"created_at":"2026-01-02T03:04:05.678Z"`;
    return idsAt === "start" ? `{${ids},${rest}}` : `{${rest},${ids}}`;
  };
  return write(
    "Shall we meet at the station at half past nine? I bring coffee"
      .slice(0, SIZE - write("").length)
      .padEnd(SIZE - write("").length, "!"),
  );
}

/** Returns copies of the texts in the form that a socket delivers: flat strings instead of concatenations. */
function asReceived(texts: string[]): string[] {
  const bytes = new TextEncoder().encode(texts.join(""));
  const decoder = new TextDecoder();
  let end = 0;
  return texts.map((text) => decoder.decode(bytes.subarray(end, (end += text.length))));
}

function shuffled(ids: number[]): number[] {
  const result = [...ids];
  let random = 1;
  for (let i = result.length - 1; i > 0; i--) {
    random = (random * 48_271) % 0x7fff_ffff;
    const j = random % (i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

export const conversations = (count: number, from = 1): number[] => Array.from({ length: count }, (_, i) => from + i);
