/**
 * Logs a demo user in. A test can evaluate this in a page, because it uses nothing from its module.
 *
 * @param {string} username
 */
export async function logIn(username) {
  const body = JSON.stringify({ username, password: "demo" });
  const response = await fetch("/api/login", { method: "POST", body, headers: { "content-type": "application/json" } });
  if (!response.ok) throw new Error(`${username} cannot log in: ${response.status}`);
}
