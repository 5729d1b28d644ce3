// Make the bundle: `node build.mjs OUT`. Every src/*.ts whose first line begins with `// entry` becomes a module of
// its own. Names carry a digest of their content, so that browsers may keep them for ever; manifest.json leads from
// plain names to them: {"live.js": {"file": "live-4f0c….js", "bytes": n, "gz": n}, …}.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { atlas } from "./atlas.mjs";
import { symbols } from "./symbols.mjs";

const out = process.argv[2];
if (!out) throw new Error("usage: node build.mjs OUT");
mkdirSync(out, { recursive: true });
const source = fileURLToPath(new URL("./src/", import.meta.url));

const entries = readdirSync(source)
  .filter((name) => name.endsWith(".ts") && readFileSync(source + name, "utf8").startsWith("// entry"))
  .sort();
const made = await build({
  entryPoints: entries.map((name) => source + name),
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "inline",
  write: false,
});

const files = new Map(
  made.outputFiles.map(({ path, contents }) => [path.split(/[\\/]/).at(-1), Buffer.from(contents)]),
);
files.set("symbols.json", Buffer.from(JSON.stringify(symbols())));
files.set("atlas.json", Buffer.from(JSON.stringify(atlas())));
files.set("icon.svg", readFileSync(new URL("./icon.svg", import.meta.url)));
files.set("words.json", Buffer.from(JSON.stringify(words())));
files.set("licences.txt", Buffer.from(licences()));

/** What scripts say, in English: a page in another language brings the translations. */
function words() {
  const texts = readdirSync(source).map((name) => readFileSync(source + name, "utf8"));
  const said = texts.flatMap((text) => [...text.matchAll(/\bsay\(\s*"((?:[^"\\]|\\.)*)"/g)].map(([, word]) => word));
  return [...new Set(said)].sort();
}

/** The licences of what the bundle holds of others: all run-time packages but the tool that bundles. */
function licences() {
  const lock = JSON.parse(readFileSync(new URL("./package-lock.json", import.meta.url), "utf8"));
  const names = Object.entries(lock.packages)
    .filter(([path, { dev }]) => path && !dev && !path.includes("esbuild"))
    .map(([path]) => path);
  const parts = names.map((path) => {
    const folder = new URL(`./${path}/`, import.meta.url);
    const told = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    return `${path.slice("node_modules/".length)}\n\n${told ? readFileSync(new URL(told, folder), "utf8").trim() : ""}`;
  });
  return `${parts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

const manifest = {};
for (const [name, data] of files) {
  const digest = createHash("sha256").update(data).digest("hex").slice(0, 16);
  const file = name.replace(/(\.\w+)$/, `-${digest}$1`);
  const packed = gzipSync(data, { level: 9 });
  writeFileSync(`${out}/${file}`, data);
  writeFileSync(`${out}/${file}.gz`, packed);
  manifest[name] = { file, bytes: data.length, gz: packed.length };
}
writeFileSync(`${out}/manifest.json`, `${JSON.stringify(manifest, null, 1)}\n`);
