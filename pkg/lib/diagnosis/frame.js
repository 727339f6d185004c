// Describes a frame in a few words.

/**
 * @typedef {object} Described
 * @property {string} kind the action, or the kind of data
 * @property {string} summary the kind, the conversation and the number
 * @property {number} size in UTF-16 code units, or in bytes if binary
 * @property {unknown} value parsed if it is JSON, else unchanged
 */

/** @param {unknown} data @returns {Described} */
export function describe(data) {
  if (typeof data !== "string") {
    const size = /** @type {any} */ (data)?.size ?? /** @type {any} */ (data)?.byteLength ?? 0;
    return { kind: "binary", summary: "binary", size, value: data };
  }
  const value = parse(data);
  const kind = kindOf(value);
  const { conversation_id: id, seq, code } = Object(value);
  const parts = [kind, code, id === undefined ? undefined : `in ${JSON.stringify(id)}`, seq && `#${seq}`];
  return { kind, summary: parts.filter((part) => part !== undefined).join(" "), size: data.length, value };
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @param {any} value */
function kindOf(value) {
  if (typeof value === "string") return "not JSON";
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "not an object";
  if (value.action !== undefined) return String(value.action);
  return value.message === undefined ? "frame" : "message";
}
