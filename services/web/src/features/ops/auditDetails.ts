import type { AuditEntry } from "@/api/types";

/** The facts of an entry of the audit log, for people: "role: employee → admin, by: oidc". */
export function detailsOf(details: AuditEntry["details"]): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}: ${said(value)}`)
    .join(", ");
}

function said(value: unknown): string {
  if (value === null || value === "") return "nothing";
  if (typeof value !== "object") return typeof value === "string" ? value : JSON.stringify(value);
  if ("from" in value && "to" in value) return `${said(value.from)} → ${said(value.to)}`;
  const [entry, ...more] = Object.entries(value);
  return entry?.[1] === true && more.length === 0 ? entry[0] : JSON.stringify(value);
}
