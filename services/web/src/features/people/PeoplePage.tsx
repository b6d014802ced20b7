import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconPlus } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import type { User } from "@/api/types";
import { useParameters } from "@/hooks/useParameters";
import { ErrorState } from "@/components/ErrorState";
import { NothingFound } from "@/components/NothingFound";
import { Page } from "@/components/Page";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { InviteBanner } from "@/features/people/InviteBanner";
import { PeopleTable } from "@/features/people/PeopleTable";
import { PersonForm } from "@/features/people/PersonForm";
import { treeOf } from "@/features/people/tree";
import { SearchField } from "@/components/SearchField";
import { peopleQuery } from "@/features/people/people";
import { words } from "@/i18n/people";

/** Who works here, under whom, and what they may do. */
export function Component() {
  const { data, error, refetch } = useQuery(peopleQuery);
  const [parameters, change] = useParameters();
  const q = parameters.get("q") ?? "";
  const [edited, setEdited] = useState<User | "new" | null>(null);
  const rows = useMemo(() => treeOf((data ?? []).filter((person) => matches(person, q))), [data, q]);
  return (
    <Page
      title={words.title}
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited("new")}>
          {words.add}
        </Button>
      }
      toolbar={<SearchField q={q} change={(next) => change({ q: next })} label={words.search} />}
    >
      <InviteBanner />
      {data ? (
        rows.length > 0 ? (
          <PeopleTable rows={rows} edit={setEdited} />
        ) : (
          <NothingFound q={q} clearSearch={() => change({ q: "" })} />
        )
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <RowsSkeleton rows={8} />
      )}
      {edited && (
        <PersonForm
          key={edited === "new" ? 0 : edited.id}
          person={edited === "new" ? null : edited}
          people={data ?? []}
          close={() => setEdited(null)}
        />
      )}
    </Page>
  );
}

function matches({ name, email }: User, q: string): boolean {
  const wanted = q.toLowerCase();
  return name.toLowerCase().includes(wanted) || email.toLowerCase().includes(wanted);
}
