import { Text } from "@mantine/core";
import { conditionsOf, stepsOf, type Content } from "@/features/policies/draft";
import { LadderPicture } from "@/features/policies/LadderPicture";
import { useNames } from "@/features/policies/queries";
import { conditionsInWords, stepInWords } from "@/features/policies/sentence";
import { words } from "@/i18n/policies";
import classes from "./policies.module.css";

/** A policy for those who do not edit it. */
export function PolicyFacts({ content, catchAll }: { content: Content; catchAll: boolean }) {
  const names = useNames();
  const steps = stepsOf(content);
  return (
    <div className={classes.columns}>
      <div>
        <Text c="dimmed" mb="sm">
          {catchAll ? words.everythingElse : conditionsInWords(conditionsOf(content), names)}
        </Text>
        <ol className={classes.sentences}>
          {steps.map((step) => (
            <li key={step.label}>{stepInWords(step, names)}</li>
          ))}
        </ol>
      </div>
      <LadderPicture steps={steps} calendarId={content.calendar_id} />
    </div>
  );
}
