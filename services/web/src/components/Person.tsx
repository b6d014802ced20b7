import { Avatar } from "@mantine/core";
import classes from "./Person.module.css";

interface Props {
  name: string;
  inactive?: boolean;
  size?: number;
}

export function Person({ name, inactive = false, size = 22 }: Props) {
  return (
    <span className={classes.person}>
      <Avatar size={size} name={name} color={inactive ? "gray" : "initials"} aria-hidden />
      <span className={classes.name}>
        {name}
        {inactive && <span className={classes.inactive}> (inactive)</span>}
      </span>
    </span>
  );
}
