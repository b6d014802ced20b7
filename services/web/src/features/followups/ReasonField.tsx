import { Textarea } from "@mantine/core";
import { FollowUpPatch } from "@/api/limits";
import { REASON_HELP } from "@/features/followups/rescheduling";

interface Props {
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
  focused?: boolean;
}

/** Asks why an escalated follow-up is moved. */
export function ReasonField({ value, onChange, error, focused }: Props) {
  return (
    <Textarea
      label="Why it is moved"
      description={REASON_HELP}
      placeholder="The client asked for a call next week"
      autosize
      minRows={2}
      maxRows={6}
      maxLength={FollowUpPatch.reason}
      required
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
      data-autofocus={focused || undefined}
    />
  );
}
