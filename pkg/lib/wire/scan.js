/**
 * Returns a function that reads the conversation id in a frame's raw text: undefined if the text does not prove that the
 * frame concerns this conversation at most, or if `hasListeners` says that it has listeners.
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
    if (at < 0) return undefined;
    value.lastIndex = at + key.length;
    const found = value.exec(text);
    if (found === null) return undefined;
    const id = found[1] === undefined ? found[2] : Number(found[1]);
    // The proof is asked for last, because most frames have listeners.
    const isUnheard = !hasListeners(id) && text.indexOf(key, at + 1) < 0 && text.indexOf("\\") < 0;
    return isUnheard ? id : undefined;
  };
}
