// The component of docs/quick-start.md, which docs/testing.md tests.
export { Conversation } from "../quick-start/Conversation.jsx";
