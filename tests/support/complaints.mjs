/** Collects the errors and warnings that the page logs from now on. @param {import("playwright-core").Page} page */
export function watchComplaints(page) {
  /** @type {string[]} */
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    const text = message.text();
    // The browser logs failed handshakes and requests; tests check how the page handles them.
    const isOfTheBrowser = /^WebSocket connection to|^Failed to load resource/.test(text);
    if (["error", "warning"].includes(message.type()) && !isOfTheBrowser) complaints.push(text);
  });
  return complaints;
}
