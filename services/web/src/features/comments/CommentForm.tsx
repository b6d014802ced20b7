import { Button } from "@mantine/core";
import { IconAt } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { CommentInput } from "@/api/limits";
import { Problem } from "@/api/problem";
import type { Comment } from "@/api/types";
import { FormProblem } from "@/components/FormProblem";
import { IconButton } from "@/components/IconButton";
import { useSaveComment } from "@/features/comments/comments";
import { MentionField } from "@/features/comments/MentionField";
import { askedIn, bodyOf, draftOf, EMPTY, type Draft } from "@/features/comments/mentions";
import { setUnsaved } from "@/hooks/unsavedChanges";
import { t } from "@/i18n";
import { words } from "@/i18n/comments";
import classes from "./comments.module.css";

/** What was written and not sent, by follow-up: who looks something up elsewhere finds it again. */
const drafts = new Map<number, Draft>();
/** So many characters before the end it is said how many are left. */
const NEAR = 300;

interface Props {
  followUp: number;
  /** The one to change; else another one is written. */
  comment?: Comment;
  close?: () => void;
}

/** Writes a comment, or changes one. */
export default function CommentForm({ followUp, comment, close }: Props) {
  const [draft, setDraft] = useState(() => (comment ? draftOf(comment.body, comment.mentions) : (drafts.get(followUp) ?? EMPTY)));
  const field = useRef<HTMLTextAreaElement>(null);
  const save = useSaveComment(followUp, comment?.id);
  const problem = save.error instanceof Problem ? save.error : null;
  const body = bodyOf(draft);
  const left = CommentInput.body - body.length;
  const changed = body !== (comment?.body ?? "");

  useEffect(() => {
    const form = {};
    setUnsaved(form, changed);
    return () => setUnsaved(form, false);
  }, [changed]);

  function change(next: Draft) {
    setDraft(next);
    if (!comment) drafts.set(followUp, next);
  }

  function send() {
    if (body === "" || left < 0 || save.isPending) return;
    save.mutate(body, {
      onSuccess: () => {
        change(EMPTY);
        field.current?.focus();
        close?.();
      },
    });
  }

  /** As if an @ had been typed. */
  function beginMention() {
    const element = field.current;
    if (!element) return;
    element.focus();
    const caret = element.selectionEnd;
    if (askedIn(draft.text, caret) !== null) return;
    const gap = caret === 0 || /[\s(]$/.test(draft.text.slice(0, caret)) ? "" : " ";
    element.setRangeText(`${gap}@`, caret, caret, "end");
    element.dispatchEvent(new Event("input", { bubbles: true }));
  }

  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <FormProblem error={save.error} fields={["body"]} />
      <MentionField
        followUp={followUp}
        draft={draft}
        onChange={change}
        send={send}
        error={left < 0 ? words.tooLong(-left, CommentInput.body) : problem?.messageFor("body")}
        field={field}
        focused={comment !== undefined}
      />
      <div className={classes.actions}>
        <IconButton aria-label={words.mention} onPointerDown={(event) => event.preventDefault()} onClick={beginMention}>
          <IconAt size={18} stroke={1.8} aria-hidden />
        </IconButton>
        <span className={classes.hint}>{left >= 0 && left < NEAR ? words.left(left) : words.hint}</span>
        {close && (
          <Button variant="default" size="sm" onClick={close}>
            {t.common.cancel}
          </Button>
        )}
        <Button type="submit" size="sm" loading={save.isPending} disabled={body === "" || left < 0 || !changed}>
          {comment ? words.save : words.send}
        </Button>
      </div>
    </form>
  );
}
