import { CloseButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { UserText } from "@/components/UserText";
import { SubjectIcon } from "@/components/SubjectLink";
import { subjectQuery } from "@/api/subjects";
import classes from "./SubjectFilter.module.css";

/** Shows that only one lead's or client's follow-ups are listed. */
export function SubjectFilter({ id, clear }: { id: number; clear: () => void }) {
  const { data } = useQuery(subjectQuery(id));
  return (
    <span className={classes.pill}>
      {data && <SubjectIcon kind={data.kind} />}
      <UserText className={classes.name}>{data?.name ?? "One lead or client"}</UserText>
      <CloseButton size="xs" aria-label="Show those of all leads and clients" onClick={clear} />
    </span>
  );
}
