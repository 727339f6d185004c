/** @template T, K @param {T[]} items @param {(item: T) => K} by @returns {Map<K, T[]>} */
export function grouped(items, by) {
  /** @type {Map<K, T[]>} */
  const groups = new Map();
  for (const item of items) {
    const group = groups.get(by(item));
    if (group) group.push(item);
    else groups.set(by(item), [item]);
  }
  return groups;
}
