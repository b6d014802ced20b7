import type { ReactNode } from "react";
import { Link } from "react-router";
import type { SubjectRef } from "@/api/types";
import { RowCheckbox } from "@/components/RowCheckbox";
import { SubjectLink } from "@/components/SubjectLink";
import { UserText } from "@/components/UserText";
import { t } from "@/i18n";
import classes from "./Row.module.css";

interface Props {
  id: number;
  title: string;
  subject: SubjectRef | null;
  /** What is shown before the title, in small. */
  mark?: ReactNode;
  /** What else is said behind the subject. */
  note?: string | null;
  /** Facts behind that, in small. */
  facts?: ReactNode;
  ticked: boolean;
  /** @param range up to here from the one ticked before; null: one may only read it */
  toggle: ((range: boolean) => void) | null;
  /** The button that completes it, or takes that back. */
  done: ReactNode;
  actions: ReactNode;
  /** Gives the columns, and where they move on narrow screens; the parts of a row are known by `data-part`. */
  className: string | undefined;
  /** The columns between what it is and what can be done. */
  children: ReactNode;
}

/** A follow-up in a list: what it is, further columns, what can be done with it. */
export function Row({ id, title, mark, subject, note, facts, ticked, toggle, done, actions, className, children }: Props) {
  return (
    <div className={`${classes.row} ${className}`} data-ticked={ticked || undefined} data-row={`follow-up-${id}`}>
      {toggle ? (
        <RowCheckbox
          label={t.followUps.selectNamed(title)}
          className={classes.tick}
          checked={ticked}
          onChange={(_, shift) => toggle(shift)}
        />
      ) : (
        <span className={classes.unticked} />
      )}
      <span className={classes.done} data-part="done">
        {done}
      </span>
      <div className={classes.what} data-part="what">
        <span className={classes.heading}>
          {mark}
          <Link to={`/followups/${id}`} className={`quiet ${classes.title}`} data-title>
            <UserText>{title}</UserText>
          </Link>
        </span>
        <span className={classes.subject}>
          {subject ? <SubjectLink subject={subject} /> : <span className={classes.nobody}>{t.followUps.noSubject}</span>}
          {note && <span className={classes.note}>{note}</span>}
          {facts}
        </span>
      </div>
      {children}
      <span className={classes.actions} data-part="actions">
        {actions}
      </span>
    </div>
  );
}

interface WhenProps extends Record<`data-${string}`, unknown> {
  /** "3 days overdue" */
  words: ReactNode;
  /** The same more precisely, in small. */
  exact: ReactNode;
}

/** The column of a row that says when. */
export function RowTime({ words, exact, ...rest }: WhenProps) {
  return (
    <span className={classes.when} data-part="when" {...rest}>
      <span className={classes.words}>{words}</span>
      <span className={classes.exact} data-part="exact">
        {exact}
      </span>
    </span>
  );
}
