/** Calls a callback of the application. Reports its error as uncaught, so that it affects no other callback. */
export function call(callback, argument) {
  try {
    callback(argument);
  } catch (error) {
    report(error);
  }
}

export function report(error) {
  // Node.js and jsdom have no reportError. Throwing from a timer instead would end a server's process.
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}
