import { Title } from "@mantine/core";
import { use, useEffect, type ReactNode } from "react";
import { isolate } from "@/components/bidi";
import { UserText } from "@/components/UserText";
import { PageFrameContext } from "@/components/pageFrame";
import { t } from "@/i18n";
import classes from "./Page.module.css";

interface Props {
  title: string;
  /** Beside the title. */
  aside?: ReactNode;
  /** At the right end, before the tools of every page. */
  actions?: ReactNode;
  /** A second row that stays in sight, such as filters. */
  toolbar?: ReactNode;
  /** The title is somebody's own words: shown in full. */
  longTitle?: boolean;
  /** Narrower, for reading. */
  narrow?: boolean;
  children: ReactNode;
}

/** The frame of every page below the shell: title, actions, content. */
export function Page({ title, aside, actions, toolbar, longTitle, narrow, children }: Props) {
  const { tools, unread } = use(PageFrameContext);
  useEffect(() => {
    document.title = t.shell.pageTitle(isolate(title), unread);
  }, [title, unread]);

  return (
    <>
      <header className={classes.header} data-long={longTitle || undefined}>
        <div className={classes.bar}>
          <Title order={1} className={classes.title}>
            <UserText>{title}</UserText>
          </Title>
          {aside}
          <div className={classes.actions}>
            {actions}
            {tools}
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
