// Sentences belong into the catalogue (src/i18n): what looks like one anywhere else, as selectors for ESLint's
// `no-restricted-syntax`. A word with a capital, or two words of small letters, is taken for one.

const message = "Words that people read belong into src/i18n: use t.";

/** Names of keys and of HTTP, which nobody reads on the page. */
const NAMES = "Accept|Backspace|Content-Type|Date|Enter|Escape|Files|Followup-Person|Idempotency-Key|If-Match|Problem|Tab";

const WORD = `^(?!(?:${NAMES})$)[“(]?[A-Z][a-z]+(?:[ .,:?!…’-]|$)`;
const WORDS = "[a-z]{2,} [a-z]{2,}";

/** What only programmers read, and what are names in HTML. */
const NOT_READ =
  ":not(NewExpression[callee.name=/Error$/] > *):not(JSXAttribute[name.name=/^(className|rel|sizes)$/] *)" +
  ":not(Property[key.name=/^(rel|fontFamily.*|margin|inset|padding)$/] > *):not(ImportDeclaration > *):not(TSLiteralType > *)";

export const SENTENCES = [
  { selector: "JSXText[value=/[A-Za-z]{2}/]", message },
  { selector: `Literal[value=/${WORD}/]${NOT_READ}`, message },
  { selector: `Literal[value=/${WORDS}/]${NOT_READ}`, message },
  { selector: `TemplateLiteral:not(NewExpression[callee.name=/Error$/] > *) > TemplateElement[value.raw=/${WORD}/]`, message },
  { selector: `TemplateLiteral:not(NewExpression[callee.name=/Error$/] > *) > TemplateElement[value.raw=/${WORDS}/]`, message },
];
