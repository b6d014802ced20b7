import { t } from "@/i18n";

type Labels = Readonly<Record<string, string>>;

const FORM_LABELS: Labels = t.fields;
const COLUMN_LABELS: Labels = t.columns;

/** What the page calls a column of an import. */
export function columnLabel(column: string): string {
  return COLUMN_LABELS[column] ?? column;
}

/** What the API says about a field of a form, with the label that the person sees. */
export function describeFieldError(field: string, message: string): string {
  return describe(FORM_LABELS, field, message);
}

/** What the API says about a cell of an import, with the column as the page calls it. */
export function describeColumnError(column: string, message: string): string {
  return describe(COLUMN_LABELS, column, message);
}

/** What the API says about a request as a whole. */
export function describeDetail(detail: string): string {
  return describe(FORM_LABELS, detail.split(/[ :]/, 1)[0] ?? "", detail);
}

/** The field that a message begins with by its label, and further ones in the sentence too. */
function describe(labels: Labels, field: string, message: string): string {
  const label = labels[field] ?? labels[field.split(".").at(-1) ?? ""];
  const begins = label !== undefined && new RegExp(`^${field.replaceAll(".", "\\.")}\\b`).test(message);
  const rest = begins ? message.slice(field.length) : message;
  return `${begins ? label : ""}${withoutNames(labels, rest)}`;
}

/** Names with an underscore are nobody's words, but for what is quoted. */
function withoutNames(labels: Labels, text: string): string {
  return text.replace(/(['"“][^'"”]*['"”])|\b[a-z]+(?:_[a-z]+)+\b/g, (name, quoted?: string) => {
    const label = quoted === undefined ? labels[name] : undefined;
    return label === undefined ? name : label.charAt(0).toLowerCase() + label.slice(1);
  });
}
