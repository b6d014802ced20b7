import { api, dataOf } from "@/api/client";
import { noAnswer } from "@/api/problem";
import { eventsOf } from "@/api/stream";
import type { PolicyInput, Replay, Simulation } from "@/api/types";

export type Window = Simulation["window"] | Replay["window"];

/** How far a look back is. */
export interface Progress {
  done: number;
  total: number;
}

interface Asked {
  policy: PolicyInput;
  /** Whose place it takes; null: it is a new one. */
  id: number | null;
  window: Window;
}

/** What a policy would tell from now on. */
export async function lookAhead({ policy, id, window }: Asked & { window: Simulation["window"] }, signal?: AbortSignal): Promise<Simulation> {
  const body = { policy, policy_id: id, window };
  const found = await dataOf(api.POST("/policies/simulate", { body, ...(signal && { signal }) }));
  if (found.window === "last_90_days") throw new Error("It looked back.");
  return found;
}

/** What a policy would tell; looking back takes long, and says how far it is. */
export async function simulate({ policy, id, window }: Asked, onProgress: (progress: Progress) => void): Promise<Simulation | Replay> {
  if (window !== "last_90_days") return lookAhead({ policy, id, window });
  const body = { policy, policy_id: id, window };
  const { response } = await api.POST("/policies/simulate/stream", { body, parseAs: "stream" });
  if (response.body) {
    for await (const { event, data } of eventsOf(response.body)) {
      if (event === "result") return JSON.parse(data) as Replay;
      if (event === "progress") onProgress(JSON.parse(data) as Progress);
    }
  }
  throw noAnswer();
}
