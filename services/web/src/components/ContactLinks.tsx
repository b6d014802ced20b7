import { IconMail, IconPhone } from "@tabler/icons-react";
import type { SubjectRef } from "@/api/types";
import { mailtoOf, telOf } from "@/components/contact";
import { UserText } from "@/components/UserText";
import { t } from "@/i18n";
import classes from "./SubjectLink.module.css";

/** Call a lead or client, or write to it, as far as is known how. */
export function ContactLinks({ subject: { phone, email } }: { subject: Pick<SubjectRef, "phone" | "email"> }) {
  return (
    <>
      {phone && (
        <a href={telOf(phone)} className={classes.link} aria-label={t.subjects.call(phone)}>
          <IconPhone size={14} stroke={1.7} aria-hidden />
          <UserText className={classes.name}>{phone}</UserText>
        </a>
      )}
      {email && (
        <a href={mailtoOf(email)} className={classes.link} aria-label={t.subjects.write(email)}>
          <IconMail size={14} stroke={1.7} aria-hidden />
          <UserText className={classes.name}>{email}</UserText>
        </a>
      )}
    </>
  );
}
