// Runs in the page: finds the elements that a Locator describes.

import { computeAccessibleName, getRole, isDisabled } from "dom-accessibility-api";

/** @param {import("./locator.mjs").Step[]} path */
export function texts(path) {
  return find(path).map(textOf);
}

/** Returns the first element that is not disabled. @param {import("./locator.mjs").Step[]} path */
export function enabled(path) {
  return find(path).find((element) => !isDisabled(element)) ?? null;
}

/** @param {import("./locator.mjs").Step[]} path */
export function focused(path) {
  return find(path).includes(/** @type {HTMLElement} */ (document.activeElement));
}

/** @param {import("./locator.mjs").Step[]} path @returns {HTMLElement[]} */
function find([root, ...path]) {
  /** @type {HTMLElement[]} */
  let found = [document.body].filter(says(root));
  for (const step of path) {
    const inside = new Set(found.flatMap((element) => [...element.querySelectorAll("*")]));
    found = /** @type {HTMLElement[]} */ ([...inside]).filter(is(step)).filter(says(step));
  }
  return found;
}

/** @param {import("./locator.mjs").Step} step */
function is({ role, name }) {
  return (/** @type {HTMLElement} */ element) =>
    getRole(element) === role &&
    element.checkVisibility({ visibilityProperty: true }) &&
    (name == null || words(computeAccessibleName(element)) === name);
}

/** @param {import("./locator.mjs").Step} step */
function says({ has, hasNot }) {
  return (/** @type {HTMLElement} */ element) => {
    if (has.length + hasNot.length === 0) return true;
    const shown = textOf(element);
    return has.every((text) => shown.includes(text)) && !hasNot.some((text) => shown.includes(text));
  };
}

/** @param {HTMLElement} element */
function textOf(element) {
  return words(element.innerText);
}

/** @param {string} text */
function words(text) {
  return text.replace(/\s+/g, " ").trim();
}
