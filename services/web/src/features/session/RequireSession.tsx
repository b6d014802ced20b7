import { useQuery } from "@tanstack/react-query";
import { Navigate, Outlet, useLocation } from "react-router";
import { Problem } from "@/api/problem";
import { ErrorState } from "@/components/ErrorState";
import { PageSkeleton } from "@/components/PageSkeleton";
import { meQuery } from "@/api/session";

/** Lets in who is logged in; others log in first and come back to where they wanted to go. */
export function RequireSession() {
  const { data, error, isFetching, refetch } = useQuery(meQuery);
  const { pathname, search, hash } = useLocation();
  if (data) return <Outlet />;
  if (error instanceof Problem && error.status === 401 && !isFetching) {
    const next = pathname === "/" ? "" : `?next=${encodeURIComponent(pathname + search + hash)}`;
    return <Navigate to={`/login${next}`} replace />;
  }
  if (error && !isFetching) {
    return (
      <main>
        <ErrorState error={error} retry={() => void refetch()} />
      </main>
    );
  }
  return <PageSkeleton />;
}
