import { useQuery } from "@tanstack/react-query";
import { useDebouncedValue } from "@mantine/hooks";
import { useNavigate } from "react-router";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { useMay, useMe } from "@/api/session";
import { hasWords, type Item } from "@/features/palette/items";
import { usePeopleInScope } from "@/features/people";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { dueText } from "@/time/format";

const EACH = 6;
const TYPING_MS = 120;

/** Leads and clients, follow-ups and people that a text finds, as far as one may see them. */
export function useFound(text: string): { found: Item[]; searching: boolean; error: unknown } {
  const typed = text.trim();
  const [q] = useDebouncedValue(typed, TYPING_MS);
  const navigate = useNavigate();
  const people = usePeople(typed);
  const { data, isFetching, error } = useQuery({
    queryKey: queryKeys.palette(q),
    queryFn: async ({ signal }) => {
      const query = { q, limit: EACH };
      const [subjects, followUps] = await Promise.all([
        dataOf(api.GET("/subjects", { params: { query }, signal })),
        dataOf(api.GET("/follow-ups", { params: { query: { ...query, view: "all", assignee: "all" } }, signal })),
      ]);
      return { subjects: subjects.items, followUps: followUps.items };
    },
    enabled: q !== "",
    staleTime: 10_000,
  });
  const current = q === typed ? data : undefined;
  const subjects = (current?.subjects ?? []).map((subject): Item => ({
    key: `subject-${subject.id}`,
    group: "subjects",
    label: subject.name,
    hint: subject.external_id ?? t.subjectKinds[subject.kind],
    run: () => void navigate(`/subjects/${subject.id}`),
  }));
  const followUps = (current?.followUps ?? []).map((followUp): Item => ({
    key: `follow-up-${followUp.id}`,
    group: "followUps",
    label: followUp.title,
    hint: [followUp.subject?.name, followUp.status === "open" ? dueText(followUp.due_at, now()) : t.followUps.views.completed].filter(Boolean).join(", "),
    run: () => void navigate(`/followups/${followUp.id}`),
  }));
  return { found: [...subjects, ...followUps, ...people], searching: typed !== "" && (q !== typed || isFetching), error };
}

/** People whose follow-ups one may see: they lead to those. */
function usePeople(text: string): Item[] {
  const navigate = useNavigate();
  const me = useMe();
  const seesOthers = useMay("escalations:read");
  const people = usePeopleInScope();
  if (!seesOthers || text === "") return [];
  return people
    .filter(({ name, email }) => hasWords(name, text) || email.toLowerCase().startsWith(text.toLowerCase()))
    .slice(0, EACH)
    .map((person) => ({
      key: `person-${person.id}`,
      group: "people",
      label: person.name,
      hint: person.active ? person.email : t.person.inactive,
      run: () => void navigate(`/followups?who=${person.id === me.id ? "me" : person.id}`),
    }));
}
