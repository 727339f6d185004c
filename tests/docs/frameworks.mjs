// The examples of docs/frameworks.md.

/**
 * @typedef {object} Framework
 * @property {string} title
 * @property {string} block the name of its block in the page
 * @property {boolean} built whether Vite builds it with the framework's plugin; otherwise it is served unchanged
 */

/** @type {Framework[]} */
export const FRAMEWORKS = [
  { title: "Vue", block: "vue/Conversation.vue", built: true },
  { title: "Svelte", block: "svelte/Conversation.svelte", built: true },
  { title: "Solid", block: "solid/Conversation.tsx", built: true },
  { title: "plain JavaScript", block: "plain/index.html", built: false },
];
