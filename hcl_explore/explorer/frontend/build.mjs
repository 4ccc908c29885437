// Bundles the sources into the files that the Python package ships:
//   src/explorer.js + css/explorer.css -> ../static/             the widget
//   src/page.js     + css/viewer.css   -> ../../views/static/    the saved page
// The digest of the sources goes into each bundle's first line; a test compares it, so that a
// bundle that was not rebuilt is noticed without node.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

/** sha256 over names and contents of all sources, in the order of their names. */
function sourceDigest() {
  const hash = createHash("sha256");
  for (const folder of ["css", "src"]) {
    for (const name of readdirSync(join(here, folder)).sort()) {
      hash.update(`${folder}/${name}\0`);
      hash.update(readFileSync(join(here, folder, name)));
      hash.update("\0");
    }
  }
  return hash.digest("hex").slice(0, 16);
}

/** The licences of every bundled package, as their own files state them. */
function licences(metafile) {
  const packages = new Set();
  for (const path of Object.keys(metafile.inputs)) {
    const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (match) packages.add(match[1]);
  }
  const parts = ["Packages bundled into explorer.js, with their licences.\n"];
  for (const name of [...packages].sort()) {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`no licence file in ${name}`);
    const text = readFileSync(join(folder, file), "utf8").trim();
    parts.push(`${"-".repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`);
  }
  return parts.join("\n");
}

const digest = sourceDigest();
const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  charset: "utf8",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
};

const widget = await build({
  ...common,
  entryPoints: ["src/explorer.js"],
  format: "esm",
  metafile: true,
  banner: { js: `// built from ${digest}` },
  outfile: "../static/explorer.js",
});
await build({
  ...common,
  entryPoints: ["src/page.js"],
  format: "iife",
  banner: { js: `// built from ${digest}` },
  outfile: "../../views/static/viewer.js",
});
for (const [source, outfile] of [
  ["css/explorer.css", "../static/explorer.css"],
  ["css/viewer.css", "../../views/static/viewer.css"],
]) {
  await build({
    ...common,
    target: "esnext",
    entryPoints: [source],
    banner: { css: `/* built from ${digest} */` },
    outfile,
  });
}
writeFileSync(join(here, "../static/THIRD_PARTY_LICENSES"), licences(widget.metafile));
console.log(`built from ${digest}`);
