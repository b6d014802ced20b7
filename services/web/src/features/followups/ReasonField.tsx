import { Textarea } from "@mantine/core";
import { FollowUpPatch } from "@/api/limits";
import { t } from "@/i18n";

interface Props {
  label?: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
  focused?: boolean;
}

/** Asks why an escalated follow-up is moved. */
export function ReasonField({ label = t.move.reason, value, onChange, error, focused }: Props) {
  return (
    <Textarea
      label={label}
      description={t.move.reasonHelp}
      placeholder={t.move.reasonExample}
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
