// After the build: lays the reader of the API's description beside the page, and compressed copies beside the
// files, which the API serves to browsers that take them; prints what a first visit loads, and fails above the
// limit, or when a component comes without its styles.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const LIMIT_KB = 300;
const out = process.env.FOLLOWUP_STATIC ?? "../api/src/followup_api/static";
const manifest = JSON.parse(readFileSync(join(out, ".vite/manifest.json"), "utf8"));

// Redoc, for /api/docs, with the licences of what is in it; but for one picture, which it would fetch from its
// authors: it leaves out one that it cannot load.
const script = "redoc.standalone.js";
const picture = "https://cdn.redoc.ly/redoc/logo-mini.svg";
const { resolve } = createRequire(import.meta.url);
const redoc = resolve(`redoc/bundles/${script}`);
const reader = readFileSync(redoc, "utf8");
if (!reader.includes(picture)) throw new Error(`Redoc no longer fetches ${picture}: see what it fetches now.`);
mkdirSync(join(out, "reference"), { recursive: true });
writeFileSync(join(out, "reference", script), reader.replaceAll(picture, "data:,"));
copyFileSync(`${redoc}.LICENSE.txt`, join(out, "reference", `${script}.LICENSE.txt`));

for (const file of readdirSync(out, { recursive: true, encoding: "utf8" })) {
  if (!/\.(js|css|svg|html)$/.test(file)) continue;
  const content = readFileSync(join(out, file));
  writeFileSync(join(out, `${file}.gz`), gzipSync(content, { level: 9 }));
  writeFileSync(join(out, `${file}.br`), brotliCompressSync(content));
}

/** Every file that an entry pulls in before the page shows: its static imports and their styles. */
function filesOf(key, seen = new Set()) {
  if (seen.has(key)) return [];
  seen.add(key);
  const chunk = manifest[key];
  const own = [chunk.file, ...(chunk.css ?? [])];
  return own.concat(...(chunk.imports ?? []).map((next) => filesOf(next, seen)));
}

const kilobytes = (file) => gzipSync(readFileSync(join(out, file))).length / 1000;
const round = (value) => value.toFixed(1).padStart(7);
const keyOf = (name) => Object.keys(manifest).find((key) => key.endsWith(name));

const shell = new Set(filesOf("index.html"));
// The heaviest first page: what opens after log-in.
const landing = new Set([...shell, ...filesOf(keyOf("FollowUpsPage.tsx"))]);
const sum = (files) => [...files].reduce((total, file) => total + kilobytes(file), 0);

console.log("gzip kB");
for (const file of readdirSync(join(out, "assets")).filter((name) => /\.(js|css)$/.test(name)).sort()) {
  const first = landing.has(`assets/${file}`);
  console.log(`${round(kilobytes(`assets/${file}`))}  ${first ? "first" : "later"}  ${file}`);
}
console.log(`${round(sum(shell))}  shell and log-in`);
console.log(`${round(sum(landing))}  first load of Follow-ups (limit ${LIMIT_KB})`);
if (sum(landing) > LIMIT_KB) {
  console.error(`The first load is above ${LIMIT_KB} kB: load something later, or leave it out.`);
  process.exit(1);
}

const classesOf = (text) => new Set(text.match(/\bm_[0-9a-f]{6,8}\b/g));
const built = (extension) =>
  readdirSync(join(out, "assets"))
    .filter((name) => name.endsWith(extension))
    .map((name) => readFileSync(join(out, "assets", name), "utf8"))
    .join("\n");
const [used, styled] = [classesOf(built(".js")), classesOf(built(".css"))];
const styles = join(resolve("@mantine/core/styles.css"), "../styles");
const bare = readdirSync(styles)
  .filter((name) => name.endsWith(".css") && !name.endsWith(".layer.css"))
  .filter((name) => [...classesOf(readFileSync(join(styles, name), "utf8"))].some((each) => used.has(each) && !styled.has(each)));
if (bare.length > 0) {
  console.error(`src/app/mantine.css has to import ${bare.join(", ")}.`);
  process.exit(1);
}
