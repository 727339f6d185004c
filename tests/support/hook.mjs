import { describe } from "node:test";

import { bundle, REACT_VERSIONS } from "./bundle.mjs";
import { openPage } from "./page.mjs";

/**
 * Defines the same tests for each version of React.
 *
 * @param {string} name
 * @param {(open: (t: import("node:test").TestContext) => ReturnType<typeof openPage>) => void} tests
 */
export function withEachReact(name, tests) {
  for (const react of REACT_VERSIONS) {
    describe(`${name}, with React ${react}`, () => {
      /** @type {Promise<Map<string, string>> | undefined} */
      let files;
      tests(async (t) => openPage(t, { files: await (files ??= bundle({ page: "npm/react/page.tsx" }, { react })) }));
    });
  }
}
