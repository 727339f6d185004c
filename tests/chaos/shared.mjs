// Whether the tabs of a user share one connection.

/** @param {import("./storm.mjs").Group} group */
export function isShared({ roles, webSockets }) {
  const followers = roles.filter((role) => role === "follower").length;
  return webSockets === 1 && roles.includes("leader") && followers === roles.length - 1;
}
