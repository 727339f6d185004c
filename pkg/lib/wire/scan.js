/**
 * Returns a function that reads the conversation id in a frame's raw text if the text proves it: if it contains no
 * backslash, no string contains a quote, so the quoted name followed by a colon is a key. If that is the only one, the
 * frame concerns this conversation, or no conversation if the key is not the one at the path. Otherwise undefined.
 *
 * @param {string} path such as "data.chat_room_id"
 */
export function scanner(path) {
  const key = JSON.stringify(path.split(".").pop());
  const value = /\s?:\s?(?:(-?\d{1,15})|"([^"]*)")\s?[,}\]]/y;
  return (text) => {
    const at = text.indexOf(key);
    if (at < 0 || text.indexOf(key, at + 1) >= 0 || text.indexOf("\\") >= 0) return undefined;
    value.lastIndex = at + key.length;
    const found = value.exec(text);
    return found === null ? undefined : found[1] === undefined ? found[2] : Number(found[1]);
  };
}
