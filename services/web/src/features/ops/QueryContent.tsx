import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorState } from "@/components/ErrorState";
import { RowsSkeleton } from "@/components/PageSkeleton";

interface Props<T> {
  query: UseQueryResult<T>;
  /** Height of what will be there, so that little moves when it comes. */
  height: number;
  children: (data: T) => ReactNode;
}

/** What was asked for; until it is there that it is on its way, or why it is not. */
export function QueryContent<T>({ query: { data, error, refetch }, height, children }: Props<T>) {
  if (data !== undefined) return children(data);
  if (error) return <ErrorState error={error} retry={() => void refetch()} compact />;
  return <RowsSkeleton rows={1} height={height} />;
}
