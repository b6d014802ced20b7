import { Text } from "@mantine/core";
import { NavLink } from "react-router";
import { useQuery } from "@tanstack/react-query";
import { ADMIN, allowed, RULES, WORK, type Destination } from "@/app/shell/navigation";
import { UserMenu } from "@/app/shell/UserMenu";
import { Logo } from "@/components/Logo";
import { unreadQuery } from "@/features/inbox";
import { useMe } from "@/api/session";
import { t } from "@/i18n";
import classes from "./Sidebar.module.css";

export function Sidebar() {
  const { permissions } = useMe();
  const { data } = useQuery(unreadQuery);
  return (
    <aside className={classes.sidebar} aria-label={t.product}>
      <div className={classes.brand}>
        <Logo size={26} />
        <span>{t.product}</span>
      </div>
      <nav aria-label={t.shell.main} className={classes.links}>
        {allowed(WORK, permissions).map((destination) => (
          <Item
            key={destination.to}
            {...destination}
            count={destination.to === "/inbox" ? data?.unread : undefined}
          />
        ))}
        <Group title={t.shell.rules} destinations={allowed(RULES, permissions)} />
        <Group title={t.shell.admin} destinations={allowed(ADMIN, permissions)} />
      </nav>
      <UserMenu />
    </aside>
  );
}

function Group({ title, destinations }: { title: string; destinations: readonly Destination[] }) {
  if (destinations.length === 0) return null;
  return (
    <>
      <Text component="h2" className={classes.group}>
        {title}
      </Text>
      {destinations.map((destination) => (
        <Item key={destination.to} {...destination} />
      ))}
    </>
  );
}

function Item({ to, label, icon: IconOf, count }: Destination & { count?: number | undefined }) {
  return (
    <NavLink to={to} className={classes.link ?? ""}>
      <IconOf size={18} stroke={1.7} aria-hidden />
      <span>{label}</span>
      {Boolean(count) && (
        <span className={classes.count} aria-label={t.shell.unread(count ?? 0)} role="img">
          {(count ?? 0) > 99 ? "99+" : count}
        </span>
      )}
    </NavLink>
  );
}
