import { CloseButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Named } from "@/components/Named";
import { SubjectIcon } from "@/components/SubjectLink";
import { subjectQuery } from "@/features/subjects/queries";
import classes from "./SubjectFilter.module.css";

/** Shows that only one lead's or client's follow-ups are listed. */
export function SubjectFilter({ id, clear }: { id: number; clear: () => void }) {
  const { data } = useQuery(subjectQuery(id));
  return (
    <span className={classes.pill}>
      {data && <SubjectIcon kind={data.kind} />}
      <Named className={classes.name}>{data?.name ?? "One lead or client"}</Named>
      <CloseButton size="xs" aria-label="Show those of all leads and clients" onClick={clear} />
    </span>
  );
}
