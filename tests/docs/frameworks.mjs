// The examples of docs/frameworks.md.

/**
 * @typedef {object} Framework
 * @property {string} title
 * @property {string} block the name of its block in the page
 * @property {string} [provider] the name of the block that gives it another inbox
 * @property {boolean} built whether Vite builds it with the framework's plugin; otherwise it is served unchanged
 */

/** @type {Framework[]} */
export const FRAMEWORKS = [
  { title: "Vue", block: "vue/Conversation.vue", provider: "vue/Support.vue", built: true },
  { title: "Svelte", block: "svelte/Conversation.svelte", provider: "svelte/Support.svelte", built: true },
  { title: "Solid", block: "solid/Conversation.tsx", provider: "solid/Support.tsx", built: true },
  { title: "plain JavaScript", block: "plain/index.html", built: false },
];
