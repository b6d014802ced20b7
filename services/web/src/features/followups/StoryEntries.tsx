import { Link } from "react-router";
import type { StoryEntry } from "@/api/types";
import { UserText } from "@/components/UserText";
import { TimelineItem } from "@/features/followups/Timeline";
import { t } from "@/i18n";
import classes from "./Timeline.module.css";

/** What happened to several follow-ups, each entry with the one that it is about. */
export default function StoryEntries({ entries }: { entries: readonly StoryEntry[] }) {
  return (
    <ol className={classes.timeline}>
      {entries.map((entry) => (
        <TimelineItem key={entry.id} activity={entry}>
          <span className={classes.about}>
            <Link to={`/followups/${entry.follow_up.id}`} className="quiet">
              <UserText>{entry.follow_up.title}</UserText>
            </Link>
          </span>
        </TimelineItem>
      ))}
      {entries.length === 0 && <li>{t.log.nothing}</li>}
    </ol>
  );
}
