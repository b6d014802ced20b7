import { Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";
import { UserMenu } from "@/app/shell/UserMenu";
import { isolated } from "@/components/isolated";
import { Named } from "@/components/Named";
import { NotificationBell } from "@/features/inbox/NotificationBell";
import { unreadQuery } from "@/features/inbox/inbox";
import { useQuery } from "@tanstack/react-query";
import classes from "./Page.module.css";

interface Props {
  title: string;
  /** Beside the title. */
  aside?: ReactNode;
  /** At the right end, before the bell. */
  actions?: ReactNode;
  /** A second row that stays in sight, such as filters. */
  toolbar?: ReactNode;
  /** The title is somebody's own words: shown in full. */
  longTitle?: boolean;
  /** Narrower, for reading. */
  narrow?: boolean;
  children: ReactNode;
}

/** The frame of every page below the shell: title, actions, bell, content. */
export function Page({ title, aside, actions, toolbar, longTitle, narrow, children }: Props) {
  const { data } = useQuery(unreadQuery);
  const unread = data?.unread ?? 0;
  useEffect(() => {
    document.title = `${unread ? `(${unread}) ` : ""}${isolated(title)} · Followup`;
  }, [title, unread]);

  return (
    <>
      <header className={classes.header} data-long={longTitle || undefined}>
        <div className={classes.bar}>
          <Title order={1} className={classes.title}>
            <Named>{title}</Named>
          </Title>
          {aside}
          <div className={classes.actions}>
            {actions}
            <NotificationBell />
            <span className={classes.account}>
              <UserMenu compact />
            </span>
          </div>
        </div>
        {toolbar && <div className={classes.toolbar}>{toolbar}</div>}
      </header>
      <div className={classes.content} data-narrow={narrow || undefined}>
        {children}
      </div>
    </>
  );
}
