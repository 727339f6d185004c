import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const read = (/** @type {string} */ path) => readFile(new URL(`../../../${path}`, import.meta.url), "utf8");

describe("a release", () => {
  it("has the same version in the crate, the package and the changelog", async () => {
    const { version } = JSON.parse(await read("pkg/package.json"));
    assert.equal(/^version = "(.+)"$/m.exec(await read("Cargo.toml"))?.[1], version);
    assert.equal(/^## (\S+)/m.exec(await read("CHANGELOG.md"))?.[1], version);
  });

  it("uses one version of wasm-bindgen in the crate and the Yew example, which share a wasm-bindgen-cli", async () => {
    const locks = await Promise.all(["Cargo.lock", "examples/yew/Cargo.lock"].map(read));
    const [crate, yew] = locks.map((lock) => /^name = "wasm-bindgen"\nversion = "(.+)"$/m.exec(lock)?.[1]);
    assert.match(String(crate), /^\d/);
    assert.equal(yew, crate);
  });

  it("packs only the crate's files", () => {
    const root = fileURLToPath(new URL("../../../", import.meta.url));
    const listed = execFileSync("cargo", ["package", "--list", "--allow-dirty"], { cwd: root, encoding: "utf8" });
    const others = listed
      .trim()
      .split("\n")
      .filter((path) => !path.startsWith("src/"));
    const made = [".cargo_vcs_info.json", "Cargo.toml.orig"];
    assert.deepEqual(
      others.filter((path) => !made.includes(path)),
      ["CHANGELOG.md", "Cargo.lock", "Cargo.toml", "LICENSE", "README.md"],
    );
  });

  it("has no dependencies", async () => {
    const { dependencies, optionalDependencies, peerDependenciesMeta, peerDependencies } = JSON.parse(
      await read("pkg/package.json"),
    );
    assert.equal(dependencies, undefined);
    assert.equal(optionalDependencies, undefined);
    // npm must not tell applications without React to install it.
    for (const name of Object.keys(peerDependencies)) assert.equal(peerDependenciesMeta[name]?.optional, true, name);
  });
});
