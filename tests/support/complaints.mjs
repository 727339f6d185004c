/** What the page reports as errors and warnings, from now on. @param {import("playwright-core").Page} page */
export function watchComplaints(page) {
  /** @type {string[]} */
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    const text = message.text();
    // The browser's own word on a failed handshake; what the page made of it is for the test to see.
    const isOfTheBrowser = /^WebSocket connection to|^Failed to load resource/.test(text);
    if (["error", "warning"].includes(message.type()) && !isOfTheBrowser) complaints.push(text);
  });
  return complaints;
}
