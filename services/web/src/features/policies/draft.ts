import type { Policy, PolicyInput, PolicyVersion } from "@/api/types";
import type { Conditions } from "@/features/policies/conditions";
import { words } from "@/i18n/policies";
import { written } from "@/features/policies/conditions";
import { draftOf as stepDraftOf, stepOf, type Step, type StepDraft } from "@/features/policies/steps";

/** What the form of a policy holds while somebody types. */
export interface PolicyDraft {
  name: string;
  calendar_id: number | null;
  conditions: Required<Conditions>;
  holds: Holds;
  steps: StepDraft[];
}

/** How far people may hold follow-ups, as far as it is not as usual. */
export type Holds = Readonly<Record<string, unknown>>;

/** What a draft or a version says. */
export type Content = Pick<PolicyVersion, "name" | "conditions" | "calendar_id" | "steps"> & { holds?: Holds };

export function newDraft(): PolicyDraft {
  return {
    name: "",
    calendar_id: null,
    conditions: { all: [], any: [] },
    holds: {},
    steps: [
      { ...BLANK, audience: ["assignee"], label: words.newLabels.first, severity: "overdue" },
      { ...BLANK, unit: "working", amount: 16, audience: ["manager"], label: words.newLabels.second, severity: "escalated" },
    ],
  };
}

const BLANK: StepDraft = {
  unit: "after",
  amount: 0,
  before: false,
  audience: [],
  label: "",
  severity: "overdue",
  tell: "at_once",
  note: false,
  repeat: null,
};

/** What a policy says, or is to say. */
export function contentOf(policy: Policy): Content | null {
  return policy.draft ?? policy.current;
}

/** The API's document has steps and conditions as any JSON: they are as they were written. */
export function stepsOf(content: Content): StepDraft[] {
  return (content.steps as unknown as Step[]).map(stepDraftOf);
}

export function conditionsOf(content: Content): Required<Conditions> {
  return { all: [], any: [], ...(content.conditions as Conditions) };
}

export function draftOf(content: Content): PolicyDraft {
  return { name: content.name, calendar_id: content.calendar_id, conditions: conditionsOf(content), holds: content.holds ?? {}, steps: stepsOf(content) };
}

/** All of a policy, as it is written. */
export function inputOf(draft: PolicyDraft): PolicyInput {
  return {
    name: draft.name.trim(),
    calendar_id: draft.calendar_id,
    // What can be asked of which field is in OPERATORS.
    conditions: written(draft.conditions) as PolicyInput["conditions"] & object,
    holds: draft.holds as PolicyInput["holds"] & object,
    steps: draft.steps.map(stepOf) as PolicyInput["steps"],
  };
}
