import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { isolate } from "@/components/bidi";
import { enrolmentsQuery } from "@/features/sequences/queries";
import { words } from "@/i18n/sequences";

/** Of which sequence a follow-up is a step, with the way to what it did and will do. */
export default function EnrolmentOf({ followUp, className }: { followUp: number; className?: string | undefined }) {
  const { data } = useQuery(enrolmentsQuery({ follow_up_id: followUp }));
  const enrolment = data?.[0];
  if (!enrolment) return null;
  const place = enrolment.steps.findIndex((step) => step.follow_up_id === followUp) + 1;
  return (
    <p className={className}>
      <Anchor component={Link} to={`/subjects/${enrolment.subject.id}`} size="sm">
        {words.stepOf(place, enrolment.steps.length, isolate(enrolment.name))}
      </Anchor>
    </p>
  );
}
