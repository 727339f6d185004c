// The command of command-for.mjs: calls the test's function through its port. Without `fetch`, which takes 100 ms to load.

import { get } from "node:http";
import { text } from "node:stream/consumers";

const { CONVERSATION_ID = "", USER_ID = "" } = process.env;
const query = new URLSearchParams({ CONVERSATION_ID, USER_ID });
get(`http://127.0.0.1:${process.argv[2]}/?${query}`, { agent: false }, async (response) => {
  const answer = await text(response);
  if (response.statusCode === 200) return;
  console.error(answer);
  process.exitCode = 1;
});
