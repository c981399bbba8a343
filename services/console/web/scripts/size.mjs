// The landing page's scripts, compressed, stay within their budget: what index.html loads, the page, and its words.
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";

const BYTES_MAX = 200_000;
const FIRST = /^(landing|en-common|en-landing)-[\w-]{8}\.js$/;
const STATIC_IMPORT = /(?:from|import)\s*"\.\/([\w.-]+\.js)"/g;

const root = resolve(import.meta.dirname, "../../tollgate_console/static");
const html = readFileSync(`${root}/index.html`, "utf8");
const wanted = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map(([, name]) => name);
wanted.push(...readdirSync(`${root}/assets`).filter((name) => FIRST.test(name)));

const sizes = new Map();
for (const name of wanted) {
  if (sizes.has(name)) continue;
  const code = readFileSync(`${root}/assets/${name}`, "utf8");
  sizes.set(name, gzipSync(code, { level: 9 }).length);
  wanted.push(...[...code.matchAll(STATIC_IMPORT)].map(([, imported]) => imported));
}

const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
for (const [name, size] of sizes) process.stdout.write(`${size}\t${name}\n`);
process.stdout.write(`${total} of ${BYTES_MAX} bytes gzip for the landing page's first load\n`);
process.exitCode = total > BYTES_MAX ? 1 : 0;
