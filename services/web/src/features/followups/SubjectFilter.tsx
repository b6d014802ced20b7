import { CloseButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { UserText } from "@/components/UserText";
import { SubjectIcon } from "@/components/SubjectLink";
import { subjectQuery } from "@/api/subjects";
import { t } from "@/i18n";
import classes from "./SubjectFilter.module.css";

/** Shows that only one lead's or client's follow-ups are listed. */
export function SubjectFilter({ id, clear }: { id: number; clear: () => void }) {
  const { data } = useQuery(subjectQuery(id));
  return (
    <span className={classes.pill}>
      {data && <SubjectIcon kind={data.kind} />}
      <UserText className={classes.name}>{data?.name ?? t.followUps.oneSubject}</UserText>
      <CloseButton size="xs" aria-label={t.followUps.allSubjects} onClick={clear} />
    </span>
  );
}
