import { Outlet } from "react-router";
import { NotFoundPage } from "@/app/NotFoundPage";
import type { Permission } from "@/api/types";
import { useMay } from "@/features/session/session";

/** Pages that a role has no part in do not exist for it. */
export function RequirePermission({ name }: { name: Permission }) {
  return useMay(name) ? <Outlet /> : <NotFoundPage />;
}
