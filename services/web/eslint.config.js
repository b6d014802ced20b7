import js from "@eslint/js";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";
import { layerRules } from "./layers.js";
import { SENTENCES } from "./sentences.js";

const SYNTAX = [
  {
    selector: "JSXMemberExpression[object.name='Table'][property.name='ScrollContainer']",
    message: "What is scrolled for sideways is not found: use components/StackedTable.",
  },
  {
    selector: "JSXOpeningElement[name.name='Modal']",
    message: "Use components/Dialog: Escape closes the topmost alone, and the focus goes back.",
  },
  {
    selector: "ImportDeclaration[source.value='@mantine/core'] ImportSpecifier[imported.name='Badge']",
    message: "Use components/Badge: one look for what is alike.",
  },
];

export default tseslint.config(
  { ignores: ["dist", "src/api/schema.d.ts"] },
  js.configs.recommended,
  { files: ["scripts/**", "*.js"], languageOptions: { globals: globals.node } },
  { files: ["public/**"], languageOptions: { globals: globals.browser } },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [
      ...tseslint.configs.strictTypeChecked,
      a11y.flatConfigs.strict,
      hooks.configs.flat["recommended-latest"],
    ],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Numbers read well in templates.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `onClick={() => save()}` is clearer with its braces left out.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Handlers may be async: React ignores what they return, and failures are shown by the mutation.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      // A dialog moves the focus to its first field on purpose.
      "jsx-a11y/no-autofocus": "off",
      "no-restricted-syntax": ["error", ...SYNTAX],
    },
  },
  ...layerRules([...SYNTAX, ...SENTENCES]),
  // Tests say what they expect, and the catalogue is where sentences are.
  { files: ["src/**/*.test.{ts,tsx}", "src/i18n/**", "src/testing/**"], rules: { "no-restricted-syntax": ["error", ...SYNTAX] } },
  { files: ["src/components/Dialog.tsx"], rules: { "no-restricted-syntax": "off" } },
);
