// Callbacks of the application throw what they like.

/** Calls a callback of the application. What it throws is reported as uncaught and affects no other callback. */
export function call(callback, argument) {
  try {
    callback(argument);
  } catch (error) {
    report(error);
  }
}

export function report(error) {
  // Where there is no reportError (Node.js, jsdom), throwing from a timer instead would end a server's process.
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}
