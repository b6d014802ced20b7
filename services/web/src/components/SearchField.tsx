import { CloseButton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { BulkFilter } from "@/api/limits";
import { t } from "@/i18n";
import classes from "./SearchField.module.css";

const TYPING_MS = 200;

/** What a list is searched for; the `/` key goes to it. */
export function SearchField({ q, change, label = t.followUps.searchLabel }: { q: string; change: (q: string) => void; label?: string }) {
  const [text, setText] = useState(q);
  const later = useDebouncedCallback(change, TYPING_MS);
  const [known, setKnown] = useState(q);
  if (q !== known) {
    setKnown(q);
    if (q !== text.trim()) setText(q); // changed from elsewhere, not by what is being typed
  }

  function type(next: string) {
    setText(next);
    later(next.trim());
    if (next === "") later.flush();
  }

  return (
    <TextInput
      className={classes.search}
      aria-label={label}
      maxLength={BulkFilter.q}
      placeholder={t.search.placeholder(label)}
      leftSection={<IconSearch size={15} />}
      rightSection={text && <CloseButton size="sm" aria-label={t.common.clearSearch} onClick={() => type("")} />}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        if (text) type("");
        else event.currentTarget.blur();
      }}
      data-search
    />
  );
}
