import type { Replay } from "@/api/types";
import { places } from "@/features/policies/places";
import { words } from "@/i18n/policies";
import { inZone } from "@/time/format";
import classes from "./Simulation.module.css";

type Example = Replay["examples"][number];
type Entry = Example["told"][number];

/** What was told of a follow-up over what would have been, on one scale; below it in words. */
export function TwoTimeLines({ example, zone }: { example: Example; zone: string }) {
  const { due, told, wouldTell } = places(example);
  return (
    <div className={classes.lines}>
      <Line label={words.columns.told} entries={example.told} at={told} due={due} />
      <Line label={words.columns.would_tell} entries={example.would_tell} at={wouldTell} due={due} />
      <div className={classes.both}>
        <InWords label={words.columns.told} entries={example.told} zone={zone} />
        <InWords label={words.columns.would_tell} entries={example.would_tell} zone={zone} />
      </div>
    </div>
  );
}

interface LineProps {
  label: string;
  entries: readonly Entry[];
  /** Where each entry is, in percent. */
  at: readonly number[];
  due: number;
}

/** A picture of what the list below says. */
function Line({ label, entries, at, due }: LineProps) {
  return (
    <div className={classes.line} aria-hidden>
      <span className={classes.day}>{label}</span>
      <span className={classes.axis}>
        <span className={classes.due} style={{ left: `${due}%` }} />
        {entries.map((entry, index) => (
          <span
            key={index}
            className={classes.mark}
            data-severity={entry.severity}
            style={{ left: `${at[index]}%` }}
            title={words.stepOf(entry.policy, entry.label)}
          />
        ))}
      </span>
    </div>
  );
}

function InWords({ label, entries, zone }: { label: string; entries: readonly Entry[]; zone: string }) {
  return (
    <div>
      <div className={classes.day}>{label}</div>
      {entries.length === 0 ? (
        <div>{words.nothing}</div>
      ) : (
        <ul aria-label={label} className={classes.entries}>
          {entries.map((entry, index) => (
            <li key={index}>
              <span className={classes.dot} data-severity={entry.severity} aria-hidden />
              {words.toldThen(
                inZone(entry.at, zone),
                words.severities[entry.severity],
                entry.people.map(({ name }) => name),
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
