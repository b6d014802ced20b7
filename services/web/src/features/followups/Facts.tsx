import { Link } from "react-router";
import {
  IconArrowDown,
  IconArrowUp,
  IconMail,
  IconMapPin,
  IconPhone,
  IconRepeat,
  IconSquareCheck,
  IconTag,
  IconUsers,
  type Icon,
} from "@tabler/icons-react";
import { DEFAULT_KIND, useKindLabel } from "@/api/kinds";
import type { FollowUp, Priority } from "@/api/types";
import { UserText } from "@/components/UserText";
import { HoldBadges, isHeld } from "@/features/followups/HoldBadges";
import { money, t } from "@/i18n";
import classes from "./Facts.module.css";

const KIND_ICONS: Readonly<Record<string, Icon>> = {
  call: IconPhone,
  "e-mail": IconMail,
  meeting: IconUsers,
  visit: IconMapPin,
  [DEFAULT_KIND]: IconSquareCheck,
};

/** How many tags a row has room for. */
const TAGS_SHOWN = 2;

/** An arrow for what is more or less urgent than usual. */
export function PriorityMark({ priority }: { priority: Priority }) {
  if (priority === "normal") return null;
  const IconOf = priority === "high" ? IconArrowUp : IconArrowDown;
  return <IconOf size={15} stroke={2.2} role="img" aria-label={t.facts.withPriority[priority]} className={classes[priority]} />;
}

/** That it is one of a series. */
export function RepeatMark({ followUp }: { followUp: FollowUp }) {
  if (followUp.series_id == null) return null;
  return <IconRepeat size={15} stroke={1.9} role="img" aria-label={t.facts.repeats} className={classes.low} />;
}

/** What a follow-up is beside its text, as far as it is not what most are: for a line of a list. */
export function RowFacts({ followUp }: { followUp: FollowUp }) {
  const { kind, value, tags } = followUp;
  const held = isHeld(followUp);
  if (kind === DEFAULT_KIND && !value && tags.length === 0 && !held) return null;
  return (
    <span className={classes.facts} data-held={held || undefined}>
      <HoldBadges followUp={followUp} />
      {kind !== DEFAULT_KIND && <KindName name={kind} />}
      {value && <span className={classes.worth}>{money(value.amount, value.currency)}</span>}
      {tags.slice(0, TAGS_SHOWN).map((tag) => (
        <span key={tag} className={classes.tag}>
          <UserText>{tag}</UserText>
        </span>
      ))}
      {tags.length > TAGS_SHOWN && <span className={classes.more} title={tags.slice(TAGS_SHOWN).join(", ")}>{t.facts.more(tags.length - TAGS_SHOWN)}</span>}
    </span>
  );
}

/** The icon of a kind, which says its name. */
export function KindIcon({ name }: { name: string }) {
  const IconOf = KIND_ICONS[name] ?? IconTag;
  return <IconOf size={13} stroke={1.7} role="img" aria-label={useKindLabel(name)} />;
}

/** A kind, with its icon. */
export function KindName({ name }: { name: string }) {
  const label = useKindLabel(name);
  const IconOf = KIND_ICONS[name] ?? IconTag;
  return (
    <span className={classes.kind}>
      <IconOf size={14} stroke={1.7} aria-hidden />
      <UserText>{label}</UserText>
    </span>
  );
}

/** A priority by its name, with its arrow. */
export function PriorityName({ priority }: { priority: Priority }) {
  const IconOf = { high: IconArrowUp, normal: null, low: IconArrowDown }[priority];
  return (
    <span className={classes.kind}>
      {IconOf && <IconOf size={15} stroke={2.2} aria-hidden className={classes[priority]} />}
      {t.facts.priorities[priority]}
    </span>
  );
}

/** All tags, each of which leads to the follow-ups that have it. */
export function TagLinks({ tags }: { tags: readonly string[] }) {
  return (
    <ul className={classes.tags}>
      {tags.map((tag) => (
        <li key={tag}>
          <Link to={`/followups?tag=${encodeURIComponent(tag)}`} className={`quiet ${classes.tag}`} title={t.facts.allWithTag(tag)}>
            <UserText>{tag}</UserText>
          </Link>
        </li>
      ))}
    </ul>
  );
}
