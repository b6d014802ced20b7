import { describe, expect, it } from "vitest";
import { Problem } from "@/api/problem";
import type { User } from "@/api/types";
import { inactiveIn, inactiveOf, outOfUse } from "@/features/policies/named";
import { inWords } from "@/features/policies/problem";
import { conditionsInWords, stepInWords } from "@/features/policies/sentence";
import { draftOf, durationOf, hoursOf, isBefore, needsCalendar, nextStep, placeable, stepOf, type Step } from "@/features/policies/steps";
import { isComplete, newCondition, written } from "@/features/policies/conditions";
import { busiest } from "@/features/policies/busiest";
import { ladderOf, timesOf } from "@/features/policies/timeline";

const NAMES = new Map([[7, "Anna Berg"]]);

const MANAGER: Step = { working: "PT16H", audience: ["manager"], label: "Manager", severity: "escalated" };

describe("lengths", () => {
  it.each([
    ["PT48H", 48],
    ["P2D", 48],
    ["-PT30M", -0.5],
    ["PT0H", 0],
    ["PT0S", 0],
    ["P1DT1H30M", 25.5],
  ])("%s is %s hours", (duration, hours) => expect(hoursOf(duration)).toBe(hours));

  it.each([
    [48, "PT48H"],
    [0, "PT0H"],
    [-8, "-PT8H"],
    [0.5, "PT30M"],
    [1.5, "PT1H30M"],
  ])("%s hours are %s", (hours, duration) => expect(durationOf(hours)).toBe(duration));
});

describe("a step", () => {
  it.each<Step>([
    MANAGER,
    { after: "PT0H", audience: ["assignee"], label: "Employee", severity: "overdue" },
    { working_days: 2, audience: ["manager(2)", "user(7)"], label: "Two", severity: "breach", tell: "working_hours", require: "closing_note" },
    { after: "-PT4H", audience: ["assignee"], label: "Soon", severity: "reminder" },
    { ...MANAGER, repeat: { every: { working: "PT24H" }, times: 3 } },
  ])("is written as it was read: %j", (step) => expect(stepOf(draftOf(step))).toEqual(step));

  it("that comes before the due time is a reminder, whatever was chosen before", () => {
    const soon = { ...draftOf(MANAGER), before: true };
    expect(isBefore(soon)).toBe(true);
    expect(stepOf(soon)).toMatchObject({ working: "-PT16H", severity: "reminder" });
    expect(isBefore({ before: true, amount: 0 })).toBe(false);
  });

  it.each<[Step, string]>([
    [MANAGER, "After 16 working hours tell the manager as escalated"],
    [{ after: "PT0H", audience: ["assignee"], label: "x", severity: "overdue" }, "When it is due tell the assignee as overdue"],
    [{ after: "-PT1H", audience: ["assignee"], label: "x", severity: "reminder" }, "1 hour before it is due tell the assignee as reminder"],
    [
      { working_days: 1, audience: ["manager(2)", "user(7)", "admins"], label: "x", severity: "breach", tell: "working_hours" },
      "After 1 working day tell the manager 2 above, Anna Berg and all admins as breach, in their working hours",
    ],
    [
      { ...MANAGER, require: "closing_note" },
      "After 16 working hours tell the manager as escalated; from then on, anyone who completes it says in a note what came of it",
    ],
    [
      { ...MANAGER, repeat: { every: { working: "PT24H" }, times: 3 } },
      "After 16 working hours tell the manager as escalated, and again every 24 working hours, at most 3 times",
    ],
  ])("reads as a sentence: %j", (step, said) => expect(stepInWords(draftOf(step), NAMES)).toBe(said));

  it("needs a calendar where it counts, tells or repeats by one", () => {
    const elapsed = draftOf({ ...MANAGER, working: null, after: "PT1H" });
    expect(needsCalendar(elapsed)).toBe(false);
    expect(needsCalendar(draftOf(MANAGER))).toBe(true);
    expect(needsCalendar({ ...elapsed, tell: "working_hours" })).toBe(true);
    expect(needsCalendar({ ...elapsed, repeat: { unit: "working_days", amount: 1, times: 2 } })).toBe(true);
  });

  it("that is added comes behind the last one, in its unit", () => {
    expect(nextStep([])).toMatchObject({ unit: "after", amount: 0, audience: ["assignee"] });
    expect(nextStep([draftOf(MANAGER)])).toMatchObject({ unit: "working", amount: 24, audience: ["manager"] });
  });
});

describe("conditions", () => {
  it("read as a sentence", () => {
    expect(conditionsInWords({}, NAMES)).toBe("Every follow-up");
    expect(
      conditionsInWords(
        {
          all: [
            { field: "priority", is: "any_of", value: ["high", "normal"] },
            { field: "value", is: "at_least", value: { amount: "1200.00", currency: "EUR" } },
          ],
          any: [
            { field: "tags", is: "has_any", value: ["vip"] },
            { field: "team", is: "any_of", value: [7] },
          ],
        },
        NAMES,
      ),
    ).toBe("priority is high or normal, value is at least 1200.00 EUR and (tags include vip or team is Anna Berg’s)");
  });

  it("are complete when they have a value, and are written without what is empty", () => {
    expect(isComplete(newCondition("tags"))).toBe(false);
    expect(isComplete(newCondition("value"))).toBe(false);
    expect(isComplete({ field: "tags", is: "has_any", value: ["vip"] })).toBe(true);
    expect(written({ all: [], any: [] })).toEqual({});
  });
});

describe("a simulation", () => {
  it("names who gets most on one day", () => {
    const people = [
      { user: { name: "Anna" }, by_day: [{ date: "2026-11-30", count: 31 }, { date: "2026-12-01", count: 2 }] },
      { user: { name: "Ben" }, by_day: [{ date: "2026-12-01", count: 31 }] },
    ];
    expect(busiest(people)).toEqual({ name: "Anna", date: "2026-11-30", count: 31 });
    expect(busiest([])).toBeNull();
  });
});

describe("the ladder on real days", () => {
  const step = (number: number, at: string, repeat = 0) => ({ step: number, repeat, at });
  const due = "2026-11-27T11:00:00Z"; // a Friday noon in Berlin

  it("has a line a day, with the steps of the day", () => {
    const { lines, later } = ladderOf(due, [step(1, due), step(2, "2026-11-30T08:30:00Z")], "Europe/Berlin");
    expect(lines.map(({ date }) => date)).toEqual(["2026-11-27", "2026-11-28", "2026-11-29", "2026-11-30"]);
    expect(lines[0]).toEqual({ date: "2026-11-27", marks: [{ step: 1, repeat: 0, minute: 720 }], due: 720 });
    expect(lines[3]).toEqual({ date: "2026-11-30", marks: [{ step: 2, repeat: 0, minute: 570 }], due: null });
    expect(later).toEqual([]);
  });

  it("begins before the due time where a step does, and ends after three weeks", () => {
    const { lines, later } = ladderOf(due, [step(1, "2026-11-26T11:00:00Z"), step(2, "2027-02-01T11:00:00Z")], "UTC");
    expect(lines[0]?.date).toBe("2026-11-26");
    expect(lines).toHaveLength(21);
    expect(later).toEqual([2]);
  });

  it("has the repeats of a step on their days, and names those that come later than is drawn", () => {
    const comes = [step(1, due), step(1, "2026-11-28T11:00:00Z", 1), step(1, "2027-02-01T11:00:00Z", 2), step(1, "2027-03-01T11:00:00Z", 3)];
    const { lines, later, laterRepeats } = ladderOf(due, comes, "UTC");
    expect(lines[1]?.marks).toEqual([{ step: 1, repeat: 1, minute: 660 }]);
    expect({ later, laterRepeats }).toEqual({ later: [], laterRepeats: [1] });
    expect(timesOf(1, comes)).toHaveLength(4);
  });

  it("leaves out what is not known", () => {
    expect(ladderOf(due, [], "UTC").lines).toHaveLength(1);
    expect(timesOf(1, [])).toEqual([]);
  });

  it("is asked for while steps have neither a name nor anybody to tell", () => {
    const unnamed = placeable({ ...draftOf(MANAGER), label: " ", audience: [] }, 1);
    expect(unnamed).toEqual({ ...MANAGER, label: "2", audience: ["assignee"] });
  });

  it("has the clocks of the zone on the day on which they change", () => {
    // In Berlin, 25 October 2026 has 25 hours: 02:30 comes twice.
    const { lines } = ladderOf("2026-10-25T00:30:00Z", [step(1, "2026-10-25T01:30:00Z"), step(2, "2026-10-25T22:59:00Z")], "Europe/Berlin");
    expect(lines).toEqual([
      { date: "2026-10-25", marks: [{ step: 1, repeat: 0, minute: 150 }, { step: 2, repeat: 0, minute: 1439 }], due: 150 },
    ]);
  });
});

describe("who and what a policy names", () => {
  const people = [
    { id: 7, name: "Anna Berg", active: true },
    { id: 8, name: "Gone Away", active: false },
  ] as User[];

  it("is inactive", () => {
    expect(inactiveOf(["assignee", "user(7)", "user(8)"], people)).toEqual(["Gone Away"]);
    expect(inactiveIn({ field: "team", is: "any_of", value: [7, 8] }, people)).toEqual(["Gone Away"]);
    expect(inactiveIn({ field: "tags", is: "has_any", value: ["8"] }, people)).toEqual([]);
  });

  it("is a kind that is not in use", () => {
    expect(outOfUse({ field: "kind", is: "any_of", value: ["call", "fax"] }, ["call"])).toEqual(["fax"]);
    expect(outOfUse({ field: "tags", is: "has_any", value: ["fax"] }, ["call"])).toEqual([]);
  });
});

describe("what is wrong", () => {
  it("is said with its place as the page calls it", () => {
    const field = "steps.3.audience.1";
    const problem = new Problem(422, "x", `${field}: Gone is inactive.`, [{ field, message: `${field}: Gone is inactive.` }]);
    const said = inWords(problem);
    expect(said).toMatchObject({ message: "Step 4: Gone is inactive.", errors: [{ field, message: "Step 4: Gone is inactive." }] });
    const other = new Problem(409, "x", "No draft.");
    expect(inWords(other)).toBe(other);
  });
});
