import { Textarea, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";
import { Person } from "@/components/Person";
import { mentionableQuery } from "@/features/comments/comments";
import { askedIn, mentioning, type Draft } from "@/features/comments/mentions";
import { words } from "@/i18n/comments";
import classes from "./comments.module.css";

interface Props {
  followUp: number;
  draft: Draft;
  onChange: (draft: Draft) => void;
  send: () => void;
  error: ReactNode;
  field: RefObject<HTMLTextAreaElement | null>;
  focused?: boolean;
}

/** A text in which `@` offers those who may see the follow-up, by keyboard, mouse and touch. */
export function MentionField({ followUp, draft, onChange, send, error, field, focused = false }: Props) {
  const list = useId();
  const [caret, setCaret] = useState<number | null>(null);
  const [chosen, setChosen] = useState(0);
  /** What was asked for when it was closed by Escape. */
  const [closed, setClosed] = useState<string | null>(null);
  const moved = useRef<number | null>(null);
  const asked = caret === null ? null : askedIn(draft.text, caret);
  const isOpen = asked !== null && asked !== closed;
  const { data } = useQuery({ ...mentionableQuery(followUp, asked ?? ""), enabled: isOpen });
  const people = isOpen ? (data ?? []) : [];
  const active = people[Math.min(chosen, people.length - 1)];

  useLayoutEffect(() => {
    if (moved.current === null) return;
    field.current?.setSelectionRange(moved.current, moved.current);
    moved.current = null;
  });

  function look() {
    const next = field.current?.selectionEnd ?? null;
    setCaret(next);
    if (next === null || askedIn(draft.text, next) !== asked) setChosen(0);
  }

  function mention(person: { id: number; name: string }) {
    if (caret === null) return;
    const next = mentioning(draft, caret, person);
    moved.current = next.caret;
    setCaret(next.caret);
    setChosen(0);
    onChange(next.draft);
    field.current?.focus();
  }

  function press(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const { key } = event;
    const takes = (key === "Enter" || key === "Tab") && !event.shiftKey;
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) send();
    else if (isOpen && key === "Escape") setClosed(asked);
    else if (active && key === "ArrowDown") setChosen((people.indexOf(active) + 1) % people.length);
    else if (active && key === "ArrowUp") setChosen((people.indexOf(active) + people.length - 1) % people.length);
    else if (active && takes) mention(active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div>
      <div className={classes.field}>
        <Textarea
          ref={field}
          aria-label={words.write}
          placeholder={words.placeholder}
          value={draft.text}
          onChange={({ currentTarget }) => {
            setClosed(null);
            setChosen(0);
            setCaret(currentTarget.selectionEnd);
            onChange({ ...draft, text: currentTarget.value });
          }}
          onSelect={look}
          onKeyDown={press}
          onBlur={() => setCaret(null)}
          error={error}
          autosize
          minRows={2}
          maxRows={12}
          aria-autocomplete="list"
          aria-controls={people.length > 0 ? list : undefined}
          aria-activedescendant={active && optionId(list, active.id)}
          data-autofocus={focused || undefined}
          autoFocus={focused}
          dir="auto"
        />
        {people.length > 0 && (
          <div id={list} role="listbox" aria-label={words.people} className={classes.people}>
            {people.map((person) => (
              <div
                key={person.id}
                id={optionId(list, person.id)}
                role="option"
                tabIndex={-1}
                aria-selected={person === active}
                className={classes.option}
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => mention(person)}
                onKeyDown={(event) => event.key === "Enter" && mention(person)}
              >
                <Person name={person.name} away={person.absent_until ?? undefined} wide />
                <span className={classes.address}>{person.email}</span>
              </div>
            ))}
          </div>
        )}
      </div>
      <p className={classes.state} role="status">
        {people.length > 0 && <VisuallyHidden>{words.found(people.length)}</VisuallyHidden>}
        {isOpen && data?.length === 0 && asked !== "" && words.nobody}
      </p>
    </div>
  );
}

const optionId = (list: string, person: number) => `${list}-${person}`;
