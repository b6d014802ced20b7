/** What the API's fields are called on the page. In quotes where the label is no noun. */
const FORM_LABELS: Readonly<Record<string, string>> = {
  title: "“What is to be done”",
  notes: "Notes",
  due_at: "Due time",
  assignee_id: "Assignee",
  reason: "“Why it is moved”",
  note: "“Why”",
  name: "Name",
  email: "E-mail address",
  role: "Role",
  manager_id: "Manager",
  active: "“Active”",
  time_zone: "Time zone",
  password: "Password",
  current_password: "Current password",
  new_password: "New password",
  expires_at: "End of the token",
  scopes: "“What it may do”",
  external_id: "Id in the CRM",
  url: "Link to the CRM",
  subject: "Lead or client",
  "subject.name": "Name of the lead or client",
  q: "What you search for",
};

/** The columns of an import, as the page lets one choose them. */
const COLUMN_LABELS: Readonly<Record<string, string>> = {
  email: "E-mail address",
  name: "Name",
  first_name: "First name",
  last_name: "Last name",
  role: "Role",
  manager_email: "Manager's e-mail address",
  time_zone: "Time zone",
  active: "Active",
  external_id: "External id",
  id: "Id in Followup",
  title: "Title",
  assignee_email: "Assignee's e-mail address",
  due_at: "Due time",
  subject_kind: "Lead or client",
  subject_external_id: "External id of lead or client",
  subject_name: "Name of lead or client",
  subject_url: "Link of lead or client",
  notes: "Notes",
  status: "Status",
};

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
function describe(labels: Readonly<Record<string, string>>, field: string, message: string): string {
  const label = labels[field] ?? labels[field.split(".").at(-1) ?? ""];
  const begins = label !== undefined && new RegExp(`^${field.replaceAll(".", "\\.")}\\b`).test(message);
  const rest = begins ? message.slice(field.length) : message;
  return `${begins ? label : ""}${withoutNames(labels, rest)}`;
}

/** Names with an underscore are nobody's words, but for what is quoted. */
function withoutNames(labels: Readonly<Record<string, string>>, text: string): string {
  return text.replace(/(['"“][^'"”]*['"”])|\b[a-z]+(?:_[a-z]+)+\b/g, (name, quoted?: string) => {
    const label = quoted === undefined ? labels[name] : undefined;
    return label === undefined ? name : label.charAt(0).toLowerCase() + label.slice(1);
  });
}
