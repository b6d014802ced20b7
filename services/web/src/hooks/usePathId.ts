import { useParams } from "react-router";

/** The number that the address names (`/followups/12`); null: what is there is none. */
export function usePathId(): number | null {
  const { id = "" } = useParams();
  return /^[1-9]\d{0,17}$/.test(id) ? Number(id) : null;
}
