import { Button, Group, Radio, Select, Stack, Text } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import type { OpenWork, User } from "@/api/types";
import { isolate } from "@/components/bidi";
import { Dialog } from "@/components/Dialog";
import { useLabelOf } from "@/features/people/people";
import { t } from "@/i18n";
import { words } from "@/i18n/handovers";

interface Props {
  /** Who is being deactivated. */
  person: User;
  /** How many open follow-ups they have. */
  amount: number;
  people: readonly User[];
  busy: boolean;
  decide: (openWork: OpenWork) => void;
  back: () => void;
}

/** Asks what becomes of the open work of somebody who is being deactivated. */
export function LeavingDialog({ person, amount, people, busy, decide, back }: Props) {
  const labelOf = useLabelOf();
  const others = people.filter(({ active, id }) => active && id !== person.id);
  const manager = others.find(({ id }) => id === person.manager_id);
  const [what, setWhat] = useState("over");
  const [to, setTo] = useState(manager ? String(manager.id) : null);
  const [shownAmount] = useState(amount);
  const name = isolate(person.name);
  const over = what === "over";

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (!over) decide({ stays: true });
    else if (to) decide({ hand_over_to: Number(to), stays: false });
  }

  return (
    <Dialog onClose={back} title={words.leaving(name)}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{words.leavingText(name, shownAmount)}</Text>
          <Radio.Group value={what} onChange={setWhat} aria-label={words.leaving(name)}>
            <Stack gap="sm">
              <Radio value="over" label={words.handOver} />
              {over && (
                <Select
                  label={words.to}
                  placeholder={words.choose}
                  data={others.map((one) => ({ value: String(one.id), label: labelOf(one) }))}
                  value={to}
                  onChange={setTo}
                  searchable
                  limit={50}
                  nothingFoundMessage={t.common.nobodyByName}
                />
              )}
              <Radio value="stays" label={words.stays(name)} description={words.staysHelp} />
            </Stack>
          </Radio.Group>
          <Group justify="flex-end">
            <Button variant="default" onClick={back}>
              {t.conflict.back}
            </Button>
            <Button type="submit" loading={busy} disabled={over && !to}>
              {words.deactivate}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
