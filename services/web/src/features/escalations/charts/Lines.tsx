import { useElementSize } from "@mantine/hooks";
import type { EscalationSummary } from "@/api/types";
import { ceiling, path, points } from "@/features/escalations/charts/scale";
import classes from "./charts.module.css";

const HEIGHT = 130;
const LEFT = 30;

/** Open escalations of each level, day by day. */
export function Lines({ days }: { days: EscalationSummary["over_time"] }) {
  const { ref, width } = useElementSize();
  const inner = Math.max(0, width - LEFT - 8);
  const top = ceiling(Math.max(0, ...days.flatMap(({ manager, admin }) => [manager, admin])));
  return (
    <div ref={ref}>
      <svg width={width} height={HEIGHT + 32} className={classes.svg}>
        <g transform={`translate(${LEFT} 8)`}>
          {[0, 0.5, 1].map((share) => (
            <g key={share} transform={`translate(0 ${HEIGHT - share * HEIGHT})`}>
              <line x2={inner} className={classes.grid} />
              <text x={-8} y={4} textAnchor="end">
                {Math.round(share * top)}
              </text>
            </g>
          ))}
          <Line name="manager" values={days.map(({ manager }) => manager)} top={top} width={inner} />
          <Line name="admin" values={days.map(({ admin }) => admin)} top={top} width={inner} />
          {ticks(days.length, inner).map((index) => (
            <text
              key={index}
              x={days.length > 1 ? (index / (days.length - 1)) * inner : 0}
              y={HEIGHT + 20}
              textAnchor={index === 0 ? "start" : index === days.length - 1 ? "end" : "middle"}
            >
              {shortDay(days[index]?.date ?? "")}
            </text>
          ))}
        </g>
      </svg>
      <Legend />
    </div>
  );
}

function Line({ name, values, top, width }: { name: string; values: number[]; top: number; width: number }) {
  const line = points(values, top, width, HEIGHT);
  const last = line.at(-1);
  if (!last) return null;
  return (
    <g className={classes.series} data-level={name}>
      <path d={`${path(line)}L${last[0]} ${HEIGHT}L0 ${HEIGHT}Z`} className={classes.area} />
      <path d={path(line)} className={classes.line} />
      <circle cx={last[0]} cy={last[1]} r={3.5} />
    </g>
  );
}

export function Legend() {
  return (
    <p className={classes.legend}>
      <span data-level="manager">Manager</span>
      <span data-level="admin">Admin</span>
    </p>
  );
}

function ticks(count: number, width: number): number[] {
  const wanted = Math.max(2, Math.min(count, Math.floor(width / 90)));
  return [...new Set(Array.from({ length: wanted }, (_, n) => Math.round((n * (count - 1)) / (wanted - 1))))];
}

function shortDay(date: string): string {
  return new Date(`${date}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}
