import { useMemo } from "react";
import { SORTS, type Sort } from "@/features/team/figures";
import { useParameters } from "@/hooks/useParameters";

export interface View {
  /** Id of whose team it is; empty: one's own, for an admin the company. */
  of: string;
  depth: "direct" | "all";
  sort: Sort;
  order: "asc" | "desc";
}

/** What the page shows is in the address. At first the one with most that is overdue is at the top. */
export function viewIn(parameters: URLSearchParams): View {
  const of = parameters.get("of") ?? "";
  const sort = SORTS.find((known) => known === parameters.get("sort")) ?? "overdue";
  const order = parameters.get("order");
  return {
    of: /^[1-9]\d{0,17}$/.test(of) ? of : "",
    depth: parameters.get("depth") === "all" ? "all" : "direct",
    sort,
    order: order === "asc" || order === "desc" ? order : usualOrder(sort),
  };
}

/** Most first; names, times since when and until when begin with the least. */
export function usualOrder(sort: Sort): View["order"] {
  return ["name", "oldest", "on_time", "away"].includes(sort) ? "asc" : "desc";
}

/** Another column, or the same one the other way round. */
export function sortedBy(view: View, sort: Sort): Pick<View, "sort" | "order"> {
  if (view.sort !== sort) return { sort, order: usualOrder(sort) };
  return { sort, order: view.order === "asc" ? "desc" : "asc" };
}

export function useView(): [View, (change: Partial<View>) => void] {
  const [parameters, change] = useParameters();
  const view = useMemo(() => viewIn(parameters), [parameters]);
  return [view, change];
}
