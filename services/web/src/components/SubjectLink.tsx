import { IconBuilding, IconUserSearch } from "@tabler/icons-react";
import { Link } from "react-router";
import type { SubjectRef } from "@/api/types";
import { UserText } from "@/components/UserText";
import { t } from "@/i18n";
import classes from "./SubjectLink.module.css";

/** Links to the page of a lead or client. */
export function SubjectLink({ subject }: { subject: SubjectRef }) {
  return (
    <Link to={`/subjects/${subject.id}`} className={classes.link}>
      <SubjectIcon kind={subject.kind} />
      <UserText className={classes.name}>{subject.name}</UserText>
    </Link>
  );
}

export function SubjectIcon({ kind, size = 14 }: { kind: SubjectRef["kind"]; size?: number }) {
  const IconOf = kind === "lead" ? IconUserSearch : IconBuilding;
  return <IconOf size={size} stroke={1.7} role="img" aria-label={t.subjectKinds[kind]} />;
}
