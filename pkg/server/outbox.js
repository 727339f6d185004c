// The frames that wait for one socket.

/**
 * Hands frames to the transport in order, and counts the bytes that it has not sent yet. So `put` never waits: a slow
 * reader delays no other socket.
 */
export class Outbox {
  bytes = 0;

  #send;
  #onError;
  /** Ends the wait for room. @type {(() => void) | undefined} */
  #wake;

  /**
   * @param {(text: string) => Promise<void> | void} send resolves when the frame has left
   * @param {() => void} onError called if a send fails: the socket is gone
   */
  constructor(send, onError) {
    this.#send = send;
    this.#onError = onError;
  }

  /** Sends a frame. @param {string} text */
  async put(text) {
    const size = Buffer.byteLength(text);
    this.bytes += size;
    try {
      await this.#send(text);
    } catch {
      this.#onError();
    } finally {
      this.bytes -= size;
      this.#wake?.();
    }
  }

  /** Waits until at most `most` bytes wait, or the socket has ended. @param {number} most @param {() => boolean} hasEnded */
  async room(most, hasEnded) {
    while (this.bytes > most && !hasEnded()) {
      await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
    }
    this.#wake = undefined;
  }

  /** Ends a wait for room, because the socket has ended. */
  end() {
    this.#wake?.();
  }
}
