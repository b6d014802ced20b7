// Writes src/api/limits.ts: how long each text of a request may be, from the API's document. With --check it
// fails when the file is not what it would write.
import { readFileSync, writeFileSync } from "node:fs";

const FILE = new URL("../src/api/limits.ts", import.meta.url);
const { paths, components } = JSON.parse(readFileSync(new URL("../../../docs/openapi.json", import.meta.url), "utf8"));

const nameOf = (schema) => schema.$ref?.split("/").at(-1);

/** Schemas of request bodies, and what lies in them. */
function bodies() {
  const found = new Set();
  const add = (schema) => {
    for (const each of [schema, ...(schema.anyOf ?? [])]) {
      const name = nameOf(each);
      if (!name || found.has(name)) continue;
      found.add(name);
      Object.values(components.schemas[name].properties ?? {}).forEach(add);
    }
  };
  for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    const schema = operation.requestBody?.content?.["application/json"]?.schema;
    if (schema) add(schema);
  }
  return [...found].sort();
}

const limitOf = (schema) => [schema, ...(schema.anyOf ?? [])].find(({ maxLength }) => maxLength)?.maxLength;

let text = "/** How long each text of a request may be. Generated from the API's document, see `npm run generate`. */\n";
for (const name of bodies()) {
  const limits = Object.entries(components.schemas[name].properties ?? {})
    .map(([field, schema]) => [field, limitOf(schema)])
    .filter(([, limit]) => limit);
  if (limits.length === 0) continue;
  text += `export const ${name} = { ${limits.map(([field, limit]) => `${field}: ${limit}`).join(", ")} } as const;\n`;
}

if (!process.argv.includes("--check")) writeFileSync(FILE, text);
else if (readFileSync(FILE, "utf8") !== text) {
  console.error("src/api/limits.ts is not what docs/openapi.json says: run `npm run generate`.");
  process.exit(1);
}
