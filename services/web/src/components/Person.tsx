import type { CSSProperties } from "react";
import { UserText } from "@/components/UserText";
import { t } from "@/i18n";
import { now } from "@/time/clock";
import { plainDay } from "@/time/format";
import classes from "./Person.module.css";

interface Props {
  name: string;
  inactive?: boolean;
  /** The last day of the absence that they are on now. */
  away?: string | undefined;
  /** There is room to show until when, and not only to read it out. */
  wide?: boolean;
}

export function Person({ name, inactive = false, away, wide }: Props) {
  return (
    <span className={classes.person}>
      <span
        className={classes.initials}
        style={{ "--hue": hueOf(name) } as CSSProperties}
        data-inactive={inactive || undefined}
        aria-hidden
      >
        {initialsOf(name)}
      </span>
      <span className={classes.name}>
        <UserText>{name}</UserText>
        {inactive && <span className={classes.inactive}> {t.person.inactive}</span>}
      </span>
      {away && (
        <span className={classes.away} data-wide={wide}>
          {t.person.away} <span className={classes.until}>{t.person.until(plainDay(away, now()))}</span>
        </span>
      )}
    </span>
  );
}

/** Always the same colour for a name. */
function hueOf(name: string): number {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 3600;
  return hash % 360;
}

function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => Array.from(word ?? "")[0] ?? "").join("").toUpperCase();
}
