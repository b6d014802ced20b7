// Which part of src may import which, as rules for ESLint. Everything is imported by its whole path ("@/...").
import { readdirSync } from "node:fs";

const SHARED = ["api", "components", "hooks", "i18n", "time"];
const FEATURES = readdirSync(new URL("./src/features", import.meta.url));

const layers = [
  {
    files: SHARED.map((folder) => `src/${folder}/**`),
    forbidden: "^@/(app|features)(/|$)",
    message: "Shared code imports neither a feature nor the app: take what it needs as an argument or a context.",
  },
  ...FEATURES.map((feature) => ({
    files: [`src/features/${feature}/**`],
    forbidden: `^@/(app(/|$)|features/(?!${feature}/)[^/]+/)`,
    message: "A feature imports of another only what its index.ts exports, and nothing of the app.",
  })),
  {
    files: ["src/app/**", "src/main.tsx"],
    forbidden: "^@/features/[^/]+/(?!\\w+Page$)",
    message: "The app imports of a feature what its index.ts exports, and its pages.",
  },
];

const BY_RELATIVE_PATH = "^\\.(?!.*\\.(css|json)$)";

/** @param syntax what else `no-restricted-syntax` forbids: for a file, ESLint takes the options of one place only */
export function layerRules(syntax) {
  return layers.map(({ files, forbidden, message }) => ({
    files,
    ignores: ["**/*.css"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { regex: forbidden, message },
            { regex: BY_RELATIVE_PATH, message: 'Write the whole path, "@/...".' },
          ],
        },
      ],
      // What is loaded later, which the rule above does not see.
      "no-restricted-syntax": [
        "error",
        ...syntax,
        { selector: `ImportExpression[source.value=/${forbidden.replaceAll("/", "\\u002F")}/]`, message },
      ],
    },
  }));
}
