import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { useMay } from "@/api/session";
import { isolate } from "@/components/bidi";
import { undoLast } from "@/components/undo";
import { assignRequest, known, logRequest, openCompletion, openForm, openHold, openMove, useComplete } from "@/features/followups";
import type { Item } from "@/features/palette/items";
import type { PaletteRequest } from "@/features/palette/paletteRequest";
import { t } from "@/i18n";
import { words } from "@/i18n/palette";

const action = (key: string, label: string, run: () => void, hint?: string): Item => ({ key, group: "actions", label, run, hint });

/** What can be done: with what is selected, or else with the follow-up in focus; and always. */
export function useActions({ followUpId, selected }: PaletteRequest): Item[] {
  const always = [
    action("create", t.followUps.new, () => openForm({}), "c"),
    action("undo", words.undo, () => void undoLast(), "z"),
    ...useElsewhere(followUpId === null),
  ];
  const ofOne = useActionsOn(followUpId);
  if (selected.length === 0) return [...ofOne, ...always];
  return [...selected.map((button) => action(`bulk-${button.dataset.bulk}`, words.selected(button.textContent), () => button.click())), ...always];
}

/** What is done on a page of its own. */
function useElsewhere(log: boolean): Item[] {
  const navigate = useNavigate();
  const mayReassign = useMay("escalations:read");
  const people = useMay("users:write");
  const leadsTo = (key: string, label: string, to: string) => action(key, label, () => void navigate(to));
  return [
    ...(log ? [leadsTo("log", words.logSomewhere, "/subjects")] : []),
    leadsTo("away", words.away, "/settings#away"),
    ...(mayReassign ? [leadsTo("hand-over", words.handOver, people ? "/admin/people" : "/team")] : []),
  ];
}

function useActionsOn(id: number | null): Item[] {
  const cache = useQueryClient();
  const mayReassign = useMay("escalations:read");
  const complete = useComplete();
  const followUp = id === null ? null : known(cache, id);
  if (!followUp?.may_change) return [];
  const title = isolate(followUp.title);
  const edit = action("edit", words.edit(title), () => openForm({ followUp }), "e");
  if (followUp.status !== "open") return [action("log", words.log(title), () => logRequest.set(followUp)), edit];
  return [
    action("complete", t.followUps.completeNamed(title), () => complete.atOnce(followUp), "d"),
    action("outcome", words.outcome(title), () => openCompletion(followUp), "o"),
    action("reschedule", words.reschedule(title), () => openMove({ followUp }), "r"),
    ...(mayReassign ? [action("reassign", words.reassign(title), () => assignRequest.set(followUp), "a")] : []),
    action("snooze", words.snooze(title), () => openHold(followUp, "snooze"), "h"),
    action("wait", words.wait(title), () => openHold(followUp, "wait"), "w"),
    action("log", words.log(title), () => logRequest.set(followUp)),
    edit,
  ];
}
