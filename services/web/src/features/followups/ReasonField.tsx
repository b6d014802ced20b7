import { Textarea } from "@mantine/core";
import { useEffect, useRef } from "react";
import { FollowUpPatch } from "@/api/limits";
import { t } from "@/i18n";

interface Props {
  label?: string;
  help?: string;
  example?: string;
  required?: boolean;
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
  /** How often it was found to be what is left to be filled in: each time it gets the focus. */
  asked?: number;
}

/** Asks why: of an escalated follow-up that is moved, unless it says otherwise. */
export function ReasonField({ label = t.move.reason, help = t.move.reasonHelp, example = t.move.reasonExample, required = true, value, onChange, error, asked = 0 }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (asked > 0) field.current?.focus();
  }, [asked]);
  return (
    <Textarea
      ref={field}
      label={label}
      description={help}
      placeholder={example}
      autosize
      minRows={2}
      maxRows={6}
      maxLength={FollowUpPatch.reason}
      required={required}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
      data-autofocus={asked > 0 || undefined}
    />
  );
}
