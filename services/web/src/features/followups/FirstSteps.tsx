import { Button, CloseButton, Group, Text, Title } from "@mantine/core";
import { IconCircle, IconCircleCheckFilled } from "@tabler/icons-react";
import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import { Link } from "react-router";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import type { Simulation } from "@/api/types";
import { FormProblem } from "@/components/FormProblem";
import { setFirstSteps, useFirstSteps } from "@/features/followups/firstSteps";
import { openForm } from "@/features/followups/formRequest";
import { peopleQuery } from "@/features/people";
import { LookAhead } from "@/features/policies";
import { words } from "@/i18n/firstSteps";
import classes from "./FirstSteps.module.css";

/** Whether anybody has ever planned something. */
const anyQuery = queryOptions({
  queryKey: queryKeys.anyFollowUp,
  queryFn: async ({ signal }) => {
    const query = { view: "all" as const, limit: 1 };
    return (await dataOf(api.GET("/follow-ups", { params: { query }, signal }))).items.length > 0;
  },
});

/** Leads an admin of an empty company to the first escalation; what is done is read from what is there. */
export default function FirstSteps() {
  const reached = useFirstSteps();
  const begun = reached === "begun" || reached === "looked";
  const { data: people } = useQuery(peopleQuery);
  const { data: planned } = useQuery(anyQuery);
  const look = useMutation({ mutationFn: lookAhead, onSuccess: () => setFirstSteps("looked") });
  const empty = planned === false;
  useEffect(() => {
    if (empty && !begun) setFirstSteps("begun");
  }, [empty, begun]);
  if (people === undefined || planned === undefined || !(begun || empty)) return null;
  const reporting = people.some(({ manager_id: manager }) => manager !== null);
  const looked = reached === "looked";
  const done = [reporting, planned, looked];
  if (done.every(Boolean) && !look.data) return null;
  return (
    <section className={classes.steps} aria-labelledby="first-steps">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Title order={2} id="first-steps">
          {words.title}
        </Title>
        <CloseButton aria-label={words.dismiss} onClick={() => setFirstSteps("over")} />
      </Group>
      <Text c="dimmed" size="sm">
        {words.text} {words.progress(done.filter(Boolean).length)}.
      </Text>
      <ol className={classes.list}>
        <Step done={reporting} title={words.people} text={words.peopleText}>
          <LinkButton to="/admin/import?of=users">{words.importPeople}</LinkButton>
          <LinkButton to="/admin/people">{words.addPeople}</LinkButton>
        </Step>
        <Step done={planned} title={words.followUps} text={words.followUpsText}>
          <LinkButton to="/admin/import">{words.importFollowUps}</LinkButton>
          <Button variant="default" size="xs" onClick={() => openForm({})}>
            {words.plan}
          </Button>
        </Step>
        <Step done={looked} title={words.escalation} text={planned ? words.escalationText : words.noneYet}>
          <Button size="xs" disabled={!planned} loading={look.isPending} onClick={() => look.mutate()}>
            {words.look}
          </Button>
          <LinkButton to="/policies">{words.policies}</LinkButton>
        </Step>
      </ol>
      <FormProblem error={look.error} title={words.failed} />
      {look.data && (
        <>
          <LookAhead result={look.data} />
          <Button mt="md" variant="default" onClick={() => setFirstSteps("over")}>
            {words.finish}
          </Button>
        </>
      )}
    </section>
  );
}

/** By the policies that are in force. */
async function lookAhead(): Promise<Simulation> {
  const found = await dataOf(api.POST("/policies/simulate", { body: { window: "next_14_days" } }));
  if (found.window === "last_90_days") throw new Error("It looked back.");
  return found;
}

interface StepProps {
  done: boolean;
  title: string;
  text: string;
  children: ReactNode;
}

/** What is done takes one line. */
function Step({ done, title, text, children }: StepProps) {
  return (
    <li className={classes.step} data-done={done || undefined}>
      {done ? <IconCircleCheckFilled size={22} aria-label={words.done} role="img" /> : <IconCircle size={22} aria-label={words.toDo} role="img" />}
      <div>
        <Text fw={600}>{title}</Text>
        {!done && (
          <>
            <Text size="sm" c="dimmed">
              {text}
            </Text>
            <Group gap="xs" mt={6}>
              {children}
            </Group>
          </>
        )}
      </div>
    </li>
  );
}

function LinkButton({ to, children }: { to: string; children: string }) {
  return (
    <Button component={Link} to={to} variant="default" size="xs">
      {children}
    </Button>
  );
}
