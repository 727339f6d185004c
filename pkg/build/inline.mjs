// The wasm as a module: no bundler needs to know what a .wasm file is, and no server its type.
//
// One printable character stands for each byte, and a mark before it says which quarter of the bytes it is from. What
// repeats in the wasm so repeats in the text, and whoever compresses the page compresses it nearly as well as the
// wasm itself. In base64 it would be a quarter larger on the wire, deflated before or not.

// Neither quotes nor a backslash nor a dollar sign: no minifier has to escape any of them.
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const MARKS = ["", "!", "#", "%"];

/** The source of a module whose `compile()` gives the WebAssembly.Module. */
export function inline(bytes) {
  const text = Array.from(bytes, (byte) => MARKS[byte >> 6] + LETTERS[byte & 63]).join("");
  return `// Made by build/inline.mjs from core.wasm.
const letters = "${LETTERS}", marks = "${MARKS.join("")}", text = "${text}";

export function compile() {
  const bytes = new Uint8Array(text.length);
  let quarter = 0, length = 0;
  for (const character of text) {
    const mark = marks.indexOf(character) + 1;
    if (mark > 0) quarter = mark << 6;
    else {
      bytes[length++] = quarter | letters.indexOf(character);
      quarter = 0;
    }
  }
  return WebAssembly.compile(bytes.subarray(0, length));
}
`;
}
