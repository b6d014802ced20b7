import type { EscalationSummary } from "@/api/types";
import { Bars } from "@/features/escalations/charts/Bars";
import { Frame } from "@/features/escalations/charts/Frame";
import { Lines } from "@/features/escalations/charts/Lines";
import { Stacks } from "@/features/escalations/charts/Stacks";
import { ageLabel } from "@/features/escalations/charts/scale";
import classes from "./Charts.module.css";

/** Three views of the open escalations: how they came up, whose they are, how old they are. */
export default function Charts({ summary }: { summary: EscalationSummary }) {
  const { over_time: days, by_team: teams, age } = summary;
  return (
    <div className={classes.charts}>
      <Frame
        title="Open, by level"
        columns={["Day", "Manager", "Admin"]}
        rows={days.map(({ date, manager, admin }) => [date, manager, admin])}
      >
        <Lines days={days} />
      </Frame>
      <Frame
        title="By team"
        columns={["Team", "Manager", "Admin"]}
        rows={teams.map((team) => [team.manager?.name ?? "No manager", team.manager_level, team.admin_level])}
      >
        <Stacks teams={teams} />
      </Frame>
      <Frame
        title="By age"
        columns={["Overdue", "Escalations"]}
        rows={age.map((band) => [ageLabel(band), band.count])}
      >
        <Bars bands={age} />
      </Frame>
    </div>
  );
}
