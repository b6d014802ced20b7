import { Kbd, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState, type KeyboardEvent } from "react";
import { useNavigate } from "react-router";
import { explain } from "@/api/problem";
import { Dialog } from "@/components/Dialog";
import { UserText } from "@/components/UserText";
import { savedViewsQuery, takeEnter, takeTyped } from "@/features/followups";
import { grouped, matching, type Item } from "@/features/palette/items";
import { closePalette, type PaletteRequest } from "@/features/palette/paletteRequest";
import { useActions } from "@/features/palette/useActions";
import { useFound } from "@/features/palette/useFound";
import { words } from "@/i18n/palette";
import classes from "./Palette.module.css";

interface Props {
  request: PaletteRequest;
  /** Pages that one may open. */
  pages: readonly { to: string; label: string }[];
}

const LONGEST = 200;

/** Leads to anything and does what can be done here, by a few letters of its name. */
export default function Palette({ request, pages }: Props) {
  const [q, setQ] = useState("");
  const [chosen, setChosen] = useState(0);
  /** Enter was pressed before there was anything to choose. */
  const [entered, setEntered] = useState(false);
  const list = useId();
  const { found, searching, error } = useFound(q);
  const items = matching(q, [...useActions(request), ...usePages(pages), ...useViews(q)], found);
  const active = Math.min(chosen, items.length - 1);

  function run(item: Item | undefined) {
    if (!item) return;
    closePalette();
    item.run();
  }

  const first = entered && !searching ? items[0] : undefined;
  useEffect(() => run(first), [first]);

  function type(next: string) {
    setQ(next);
    setChosen(0);
    setEntered(false);
  }

  /** Only now does what is typed come here: what was typed until then was kept. */
  function takeOver() {
    const early = takeTyped();
    if (early !== "") type(q + early);
    if (takeEnter()) setEntered(true);
  }

  function press(event: KeyboardEvent) {
    if (event.key === "ArrowDown") setChosen((active + 1) % Math.max(items.length, 1));
    else if (event.key === "ArrowUp") setChosen((active + items.length - 1) % Math.max(items.length, 1));
    else if (event.key === "Enter" && items.length === 0) setEntered(true);
    else if (event.key === "Enter" && !event.nativeEvent.isComposing) run(items[active]);
    else return;
    event.preventDefault();
  }

  return (
    <Dialog onClose={closePalette} title={words.title} size="lg" yOffset="8dvh">
      <TextInput
        aria-label={words.label}
        placeholder={words.placeholder}
        leftSection={<IconSearch size={16} />}
        value={q}
        maxLength={LONGEST}
        onChange={({ currentTarget }) => type(currentTarget.value)}
        onFocus={takeOver}
        onKeyDown={press}
        role="combobox"
        aria-expanded={items.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={items[active] && optionId(list, items[active])}
        autoComplete="off"
        data-autofocus
      />
      <div id={list} role="listbox" aria-label={words.results} className={classes.list}>
        {grouped(items).map((sort) => (
          <Run key={sort.items[0]?.key} list={list} {...sort} active={items[active]} run={run} />
        ))}
      </div>
      <p className={classes.state} role="status">
        {stateOf(items.length, searching, error)}
      </p>
    </Dialog>
  );
}

function stateOf(amount: number, searching: boolean, error: unknown): string {
  if (searching) return words.searching;
  if (error) return explain(error);
  return amount === 0 ? words.nothing : "";
}

function usePages(pages: Props["pages"]): Item[] {
  const navigate = useNavigate();
  return pages.map(({ to, label }) => ({ key: to, group: "pages", label, run: () => void navigate(to) }));
}

/** Saved views, once something is typed: there may be many. */
function useViews(text: string): Item[] {
  const navigate = useNavigate();
  const { data = [] } = useQuery(savedViewsQuery);
  if (text.trim() === "") return [];
  return data.map(({ id, name }) => ({ key: `view-${id}`, group: "views", label: name, run: () => void navigate(`/followups?saved=${id}`) }));
}

const optionId = (list: string, { key }: Item) => `${list}-${key}`;

interface RunProps {
  list: string;
  group: Item["group"];
  items: readonly Item[];
  active: Item | undefined;
  run: (item: Item) => void;
}

/** Results of one sort. */
function Run({ list, group, items, active, run }: RunProps) {
  return (
    <div role="group" aria-label={words.groups[group]}>
      <div className={classes.group} aria-hidden>
        {words.groups[group]}
      </div>
      {items.map((item) => (
        <div
          key={item.key}
          id={optionId(list, item)}
          role="option"
          tabIndex={-1}
          aria-selected={item === active}
          className={classes.option}
          ref={(option) => {
            if (item === active) option?.scrollIntoView({ block: "nearest" });
          }}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => run(item)}
          onKeyDown={(event) => event.key === "Enter" && run(item)}
        >
          <span className={classes.label}>
            <UserText>{item.label}</UserText>
          </span>
          {item.hint && (item.group === "actions" ? <Kbd size="xs" aria-hidden>{item.hint}</Kbd> : <span className={classes.hint}>{item.hint}</span>)}
        </div>
      ))}
    </div>
  );
}
