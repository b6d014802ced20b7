import type { Conditions, Condition } from "@/features/policies/conditions";
import { isBefore, type Amount, type StepDraft } from "@/features/policies/steps";
import { words } from "@/i18n/policies";

/** Names of people by their ids. */
export type Names = ReadonlyMap<number, string>;

/** "16 working hours" */
export function amountInWords({ unit, amount }: Amount): string {
  return words.amounts[unit](Math.round(amount * 100) / 100);
}

/** "every 16 working hours", "every working day" */
function everyInWords({ unit, amount }: Amount): string {
  return words.every[unit](Math.round(amount * 100) / 100);
}

const ABOVE = /^manager\((\d+)\)$/;
const PERSON = /^user\((\d+)\)$/;
const ROLE = /^role\((admin|manager)\)$/;

/** "the manager", "the manager's manager", "all admins", a person's name */
export function audienceInWords(audience: string, names: Names): string {
  if (audience === "assignee" || audience === "manager" || audience === "admins") return words.audiences[audience];
  const height = ABOVE.exec(audience)?.[1];
  if (height) return words.managerAbove(Number(height));
  const person = PERSON.exec(audience)?.[1];
  if (person) return names.get(Number(person)) ?? words.unknownPerson(Number(person));
  return ROLE.exec(audience)?.[1] === "manager" ? words.audiences.managers : words.audiences.admins;
}

/** "After 16 working hours tell the manager as escalated" */
export function stepInWords(step: StepDraft, names: Names): string {
  const audience = words.and(step.audience.map((each) => audienceInWords(each, names)));
  const severity = words.severities[isBefore(step) ? "reminder" : step.severity];
  const told = words.tells[step.tell];
  const again = step.repeat ? words.repeats(everyInWords(step.repeat), step.repeat.times) : "";
  return words.step(whenInWords(step), audience, severity) + told + again + (step.note ? words.needsNote : "");
}

/** "When it is due", "After 2 working days", "4 hours before it is due" */
export function whenInWords(step: StepDraft): string {
  if (step.amount === 0) return words.whenDue;
  return isBefore(step) ? words.before(amountInWords(step)) : words.after(amountInWords(step));
}

/** "priority is high, and it is tagged with vip"; empty: every follow-up. */
export function conditionsInWords({ all = [], any = [] }: Conditions, names: Names): string {
  const each = all.map((one) => conditionInWords(one, names));
  if (any.length > 0) each.push(words.anyOfThem(words.or(any.map((one) => conditionInWords(one, names))), all.length === 0 || any.length === 1));
  return each.length > 0 ? words.and(each) : words.everything;
}

export function conditionInWords(condition: Condition, names: Names): string {
  const field = words.conditionFields[condition.field];
  const says = words.operators[condition.is];
  return words.condition(field, says, valueInWords(condition, names));
}

function valueInWords({ field, value }: Condition, names: Names): string {
  if (!Array.isArray(value)) return words.money(value.amount, value.currency);
  const known: Readonly<Record<string, string>> = words.values;
  return words.or(
    value.map((each) => {
      if (typeof each === "string") return field === "tags" ? each : (known[each] ?? each);
      const name = names.get(each) ?? words.unknownPerson(each);
      return field === "team" ? words.teamOf(name) : name;
    }),
  );
}
