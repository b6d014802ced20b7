import { IconPencil, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useMe } from "@/api/session";
import type { Comment } from "@/api/types";
import { openConfirmDialog } from "@/components/confirm";
import { IconButton } from "@/components/IconButton";
import { later } from "@/components/later";
import { Message } from "@/components/Message";
import { RelativeTime } from "@/components/RelativeTime";
import { UserText } from "@/components/UserText";
import { useDeleteComment } from "@/features/comments/comments";
import { CommentText } from "@/features/comments/CommentText";
import { t } from "@/i18n";
import { words } from "@/i18n/comments";
import { now } from "@/time/clock";
import classes from "./comments.module.css";

const CommentForm = later(() => import("@/features/comments/CommentForm"), null);

interface Props {
  comment: Comment;
  /** Whose page it is on; without it, it can only be read. */
  followUp?: number | undefined;
}

/** A comment in a history, with what its reader may do with it. */
export function CommentEntry({ comment, followUp }: Props) {
  const [editing, setEditing] = useState(false);
  const { author, created_at: at, edited_at: edited } = comment;
  return (
    <div className={classes.entry}>
      <Message text={words.said} parts={{ name: <UserText className={classes.author}>{author.name}</UserText> }} />
      <RelativeTime at={at} as="ago" className={classes.at} />
      {edited && !comment.deleted_at && (
        <span className={classes.edited}>
          {words.edited} <RelativeTime at={edited} as="ago" />
        </span>
      )}
      {followUp !== undefined && !comment.deleted_at && !editing && <Actions comment={comment} followUp={followUp} edit={() => setEditing(true)} />}
      {editing && followUp !== undefined ? (
        <CommentForm followUp={followUp} comment={comment} close={() => setEditing(false)} />
      ) : (
        <CommentText comment={comment} />
      )}
    </div>
  );
}

function Actions({ comment, followUp, edit }: { comment: Comment; followUp: number; edit: () => void }) {
  const me = useMe();
  const remove = useDeleteComment(followUp);
  const own = comment.author.id === me.id;
  const ask = () =>
    openConfirmDialog({
      title: words.askDelete,
      text: words.askDeleteText,
      confirmLabel: t.common.delete,
      onConfirm: () => remove.mutate(comment.id),
    });
  return (
    <span className={classes.tools}>
      {own && Date.parse(comment.editable_until) > now() && (
        <IconButton aria-label={words.edit} onClick={edit}>
          <IconPencil size={16} stroke={1.8} aria-hidden />
        </IconButton>
      )}
      {(own || me.role === "admin") && (
        <IconButton aria-label={words.delete} onClick={ask}>
          <IconTrash size={16} stroke={1.8} aria-hidden />
        </IconButton>
      )}
    </span>
  );
}
