import { Outlet } from "react-router";
import { NotFoundPage } from "@/components/NotFoundPage";
import type { Permission } from "@/api/types";
import { useMay } from "@/api/session";

/** Pages that a role has no part in do not exist for it. */
export function RequirePermission({ name }: { name: Permission }) {
  return useMay(name) ? <Outlet /> : <NotFoundPage />;
}
