import { Anchor } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link, useNavigate } from "react-router";
import { t } from "@/i18n";
import classes from "./FollowUpPage.module.css";

/** To the list; back to where one was in it, if one came from there. */
export function BackLink() {
  const navigate = useNavigate();
  return (
    <Anchor
      component={Link}
      to="/followups"
      size="sm"
      className={classes.back}
      onClick={(event) => {
        // Back to where one was in the list, if one came from a page of ours.
        if ((history.state as { idx?: number } | null)?.idx) {
          event.preventDefault();
          void navigate(-1);
        }
      }}
    >
      <IconArrowLeft size={15} aria-hidden /> {t.followUps.back}
    </Anchor>
  );
}
