import type { Comment } from "@/api/types";
import { Message } from "@/components/Message";
import { UserText } from "@/components/UserText";
import { withoutBidiControls } from "@/components/bidi";
import { partsOf } from "@/features/comments/mentions";
import { words } from "@/i18n/comments";
import classes from "./comments.module.css";

/** What somebody said, or that it was deleted. */
export function CommentText({ comment }: { comment: Comment }) {
  if (comment.deleted_at) {
    const by = comment.deleted_by;
    return <p className={classes.gone}>{by ? <Message text={words.goneBy} parts={{ name: <UserText>{by.name}</UserText> }} /> : words.gone}</p>;
  }
  return (
    <p className={classes.said} dir="auto">
      {partsOf(comment.body, comment.mentions).map((part, place) =>
        "words" in part ? (
          withoutBidiControls(part.words)
        ) : (
          <span key={place} className={classes.mention}>
            @<UserText>{part.name ?? words.unknown}</UserText>
          </span>
        ),
      )}
    </p>
  );
}
