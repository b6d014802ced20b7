import { Button, Chip, Group, Kbd, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useReducer, useState, type SubmitEvent } from "react";
import { Problem } from "@/api/problem";
import { useMe } from "@/api/session";
import type { BulkFilter, HoldPresets, Preset } from "@/api/types";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { isolate } from "@/components/bidi";
import { DueField } from "@/features/followups/DueField";
import { closeHold, useHold, type HoldAction, type HoldRequest, type HoldUntil } from "@/features/followups/holding";
import { holdPresetsOfManyQuery, holdPresetsQuery } from "@/features/followups/queries";
import { takeTyped } from "@/features/followups/typedAhead";
import { ReasonField } from "@/features/followups/ReasonField";
import { isShortcutTyped } from "@/hooks/isShortcutBlocked";
import { useUnsavedChanges } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { calendar, onCalendar } from "@/time/format";

/** Asks until when one follow-up is snoozed or waits. */
export default function HoldDialog({ request: { followUp, action } }: { request: HoldRequest }) {
  const hold = useHold({ quiet: true });
  const [error, setError] = useState<unknown>(null);
  const { data: presets } = useQuery(holdPresetsQuery(followUp.id, action));

  function run(until: HoldUntil) {
    const change = action === "wait" ? { followUp, action, ...until, reason: until.reason ?? "" } : { followUp, action, ...until };
    hold.mutateAsync(change).then(closeHold, setError);
  }

  return (
    <HoldForm
      action={action}
      title={t.holds.title[action](isolate(followUp.title))}
      whose={followUp.assignee_id}
      presets={presets}
      problem={error}
      busy={hold.isPending}
      run={run}
      close={closeHold}
    />
  );
}

interface ManyProps extends Omit<Props, "title" | "whose" | "presets" | "refused"> {
  count: number;
  /** Which ones: the first are asked about, as many as the API takes. */
  ids: readonly number[];
  /** In place of them: all that it finds. */
  filter: BulkFilter | null;
}

const AT_ONCE = 10_000;

/** The same of many: of the times by name those that the policies of all of them allow. */
export function HoldManyDialog({ count, ids, filter, ...form }: ManyProps) {
  const { id: me } = useMe();
  const [which] = useState(() => (filter ? { filter } : { ids: ids.slice(0, AT_ONCE) }));
  const { data } = useQuery(holdPresetsOfManyQuery(form.action, which));
  return <HoldForm title={t.holds.titleMany[form.action](count)} whose={me} presets={data?.items} refused={data?.refused} {...form} />;
}

const KEYS: Readonly<Record<Preset, string>> = { tomorrow: "t", monday: "m", in_3_working_days: "d", in_a_week: "w", in_a_month: "o" };
const NAMES = Object.keys(KEYS) as Preset[];
const AT = "at";

interface Props {
  action: HoldAction;
  title: string;
  /** By whose working hours times by name are meant. */
  whose: number;
  /** Times by name, as policies allow them; undefined until they are known. */
  presets: HoldPresets["items"] | undefined;
  /** How many may be held up to none of them. */
  refused?: number | undefined;
  /** Why the last try was refused. */
  problem: unknown;
  busy: boolean;
  run: (until: HoldUntil) => void;
  close: () => void;
}

/** Until when, by name or by time, and why. */
function HoldForm({ action, title, whose, presets, refused = 0, problem, busy, run, close }: Props) {
  const { time_zone: zone } = useMe();
  const [picked, setChosen] = useState<Preset | typeof AT | null>(null);
  const chosen = picked ?? (presets ? (presets[0]?.preset ?? AT) : "tomorrow");
  const [until, setUntil] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  /** A key that says until when asks why; by arrows one is still choosing. */
  const [asked, askWhy] = useReducer((times: number) => times + 1, 0);
  const leave = useUnsavedChanges(reason.trim() !== "" || until !== null, close);
  const reasonError = problem instanceof Problem ? problem.messageFor("reason") : undefined;
  const needsReason = action === "wait" || reasonError !== undefined;
  const reasonMissing = needsReason && reason.trim() === "";
  const time = presets?.find(({ preset }) => preset === chosen)?.due_at;

  useEffect(() => {
    /** What a key means is known before it is known when that is. */
    function choose(key: string): boolean {
      const named = NAMES.find((preset) => KEYS[preset] === key);
      if (!named) return false;
      setChosen(named);
      askWhy();
      return true;
    }
    function press(event: KeyboardEvent) {
      // The field that asks why has the focus at once: the key is no part of the reason.
      if (!isShortcutTyped(event) && choose(event.key)) event.preventDefault();
    }
    Array.from(takeTyped()).forEach(choose);
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);

  function submit(event: SubmitEvent) {
    event.preventDefault();
    setTried(true);
    if (reasonMissing && (chosen !== AT || until)) {
      askWhy();
      return;
    }
    const why = reason.trim() ? { reason: reason.trim() } : {};
    if (chosen !== AT) run({ preset: chosen, ...why });
    else if (until) run({ until, ...why });
  }

  return (
    <Dialog onClose={leave} title={title}>
      <form onSubmit={submit} noValidate>
        <Stack>
          {problem !== null && reasonError === undefined && (
            <FormProblem error={problem} title={t.holds.failed}>
              {t.move.kept}
            </FormProblem>
          )}
          <Text size="sm" c="dimmed">
            {t.holds.text[action]}
          </Text>
          {refused > 0 && <Text size="sm">{t.holds.notThese[action](refused)}</Text>}
          <div role="radiogroup" aria-label={t.holds.until}>
            <Chip.Group value={chosen} onChange={setChosen}>
              <Group gap={6}>
                {presets?.map(({ preset, due_at: at }) => (
                  <Chip key={preset} value={preset} title={calendar(at, zone, now())} data-autofocus={preset === chosen || undefined}>
                    {t.completing.presets[preset]} <Kbd size="xs">{KEYS[preset]}</Kbd>
                  </Chip>
                ))}
                <Chip value={AT}>{t.holds.otherTime}</Chip>
              </Group>
            </Chip.Group>
          </div>
          {chosen === AT ? (
            <DueField
              value={until}
              onChange={setUntil}
              zone={zone}
              assignee={whose}
              error={tried && until === null ? t.form.dueMissing : undefined}
              suggestions={false}
              focused
            />
          ) : (
            time && <Text size="sm">{t.holds.untilThen[action](onCalendar(time, zone, now()))}</Text>
          )}
          <ReasonField
            label={needsReason ? t.holds.reason : t.holds.reasonIfAny}
            help={t.holds.reasonHelp}
            example={t.holds.reasonExample[action]}
            value={reason}
            onChange={setReason}
            error={reasonError ?? (tried && reasonMissing ? t.holds.reasonMissing[action] : undefined)}
            required={needsReason}
            asked={needsReason ? asked + Number(reasonError !== undefined) : 0}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={busy}>
              {t.holds.verb[action]}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
