/**
 * Returns a function that tells whether a frame's raw text proves that the frame has no listeners.
 *
 * If the text contains no backslash, no string contains a quote, so the quoted name followed by a colon is a key. If it
 * occurs once, the frame concerns this conversation, or none if the key is not the one at the path.
 *
 * @param {string} path such as "data.chat_room_id"
 * @param {(id: any) => boolean} hasListeners
 */
export function scanner(path, hasListeners) {
  const key = JSON.stringify(path.split(".").pop());
  const value = /\s?:\s?(?:(-?\d{1,15})|"([^"]*)")\s?[,}\]]/y;
  return (/** @type {string} */ text) => {
    const at = text.indexOf(key);
    value.lastIndex = at + key.length;
    const found = at < 0 ? null : value.exec(text);
    if (found === null) return false;
    const id = found[1] === undefined ? found[2] : Number(found[1]);
    // The proof is asked for last, because most frames have listeners.
    return !hasListeners(id) && text.indexOf(key, at + 1) < 0 && text.indexOf("\\") < 0;
  };
}
