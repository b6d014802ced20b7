import { Menu, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconDots } from "@tabler/icons-react";
import { Link, NavLink } from "react-router";
import { ADMIN, allowed, RULES, WORK } from "@/app/shell/navigation";
import { unreadQuery } from "@/features/inbox";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
import classes from "./TabBar.module.css";

/** Navigation on a phone, in reach of the thumb. */
export function TabBar() {
  const { permissions } = useMe();
  const { data } = useQuery(unreadQuery);
  const admin = allowed(ADMIN, permissions);
  const rest = [...allowed(RULES, permissions), ...admin];
  return (
    <nav aria-label={t.shell.tabs} className={classes.bar}>
      {allowed(WORK, permissions).map(({ to, label, shortLabel = label, icon: IconOf }) => (
        <NavLink key={to} to={to} className={classes.tab ?? ""}>
          <span className={classes.icon}>
            <IconOf size={22} stroke={1.6} aria-hidden />
            {to === "/inbox" && Boolean(data?.unread) && <span className={classes.dot} />}
          </span>
          {shortLabel}
        </NavLink>
      ))}
      {rest.length > 0 && (
        <Menu position="top-end" width={200}>
          <Menu.Target>
            <UnstyledButton className={classes.tab}>
              <IconDots size={22} stroke={1.6} aria-hidden />
              {admin.length > 0 ? t.shell.admin : t.shell.more}
            </UnstyledButton>
          </Menu.Target>
          <Menu.Dropdown>
            {rest.map(({ to, label, icon: IconOf }) => (
              <Menu.Item key={to} component={Link} to={to} leftSection={<IconOf size={18} />}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </nav>
  );
}
