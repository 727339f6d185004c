// The examples of docs/frameworks.md, and how each is built.

/**
 * @typedef {object} Framework
 * @property {string} title
 * @property {string} block its name in the page
 * @property {boolean} built by Vite, with the framework's own plugin; else it is served as it is
 */

/** @type {Framework[]} */
export const FRAMEWORKS = [
  { title: "Vue", block: "vue/Conversation.vue", built: true },
  { title: "Svelte", block: "svelte/Conversation.svelte", built: true },
  { title: "Solid", block: "solid/Conversation.tsx", built: true },
  { title: "plain JavaScript", block: "plain/index.html", built: false },
];
