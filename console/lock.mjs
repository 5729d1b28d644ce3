// Make package-lock.json anew from package.json: versions and hashes, and no address (`node console/lock.mjs`).
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
execFileSync("npm", ["install", "--package-lock-only", "--no-audit"], { cwd: folder, stdio: "inherit" });
const path = `${folder}package-lock.json`;
const lock = JSON.parse(readFileSync(path, "utf8"));
for (const entry of Object.values(lock.packages)) delete entry.funding;
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
