import type { User } from "@/api/types";
import { isolate } from "@/components/bidi";
import { Dialog } from "@/components/Dialog";
import { PersonAbsences } from "@/features/absences/Absences";
import { words } from "@/i18n/absences";

interface Props {
  person: Pick<User, "id" | "name">;
  close: () => void;
}

/** When somebody is away and who stands in, planned by those above them. */
export default function AbsencesDialog({ person, close }: Props) {
  return (
    <Dialog onClose={close} title={words.of(isolate(person.name))}>
      <PersonAbsences person={person.id} />
    </Dialog>
  );
}
