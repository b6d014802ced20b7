import { Avatar, Menu, Text, UnstyledButton, useMantineColorScheme, VisuallyHidden } from "@mantine/core";
import {
  IconCheck,
  IconChevronUp,
  IconDeviceDesktop,
  IconKey,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSettings,
  IconSun,
} from "@tabler/icons-react";
import { notifications } from "@mantine/notifications";
import { Link } from "react-router";
import { explain } from "@/api/problem";
import { keysShown } from "@/app/shell/Shortcuts";
import { UserText } from "@/components/UserText";
import { useMe } from "@/api/session";
import { useLogOut } from "@/features/session";
import { t } from "@/i18n";
import { supportedZone } from "@/time/supportedZone";
import classes from "./UserMenu.module.css";

const SCHEMES = [
  { value: "light", label: t.account.light, icon: IconSun },
  { value: "dark", label: t.account.dark, icon: IconMoon },
  { value: "auto", label: t.account.auto, icon: IconDeviceDesktop },
] as const;

export function UserMenu({ compact = false }: { compact?: boolean }) {
  const me = useMe();
  return (
    <Menu position={compact ? "bottom-end" : "top-start"} width={230} shadow="md">
      <Menu.Target>
        <UnstyledButton className={classes.button}>
          <VisuallyHidden>
            {t.account.of} {compact && me.name}
          </VisuallyHidden>
          {compact ? (
            <Avatar size={30} color="pine" />
          ) : (
            <>
              <Avatar size={28} name={me.name} color="pine" aria-hidden />
              <span className={classes.names}>
                <Text component="span" size="sm" fw={560} truncate>
                  <UserText>{me.name}</UserText>
                </Text>
                <Text component="span" size="xs" c="dimmed" truncate>
                  {me.role}
                </Text>
              </span>
              <IconChevronUp size={15} aria-hidden />
            </>
          )}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <AccountItems />
      </Menu.Dropdown>
    </Menu>
  );
}

function AccountItems() {
  const me = useMe();
  const logOut = useLogOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const leave = () =>
    logOut().catch((error: unknown) => {
      notifications.show({ color: "red", title: t.account.notLoggedOut, message: explain(error) });
    });
  return (
    <>
      <Menu.Label>
        {me.email}
        <br />
        {t.account.timesIn(supportedZone(me.time_zone))}
      </Menu.Label>
      <Menu.Divider />
      <Menu.Label>{t.account.appearance}</Menu.Label>
      {SCHEMES.map(({ value, label, icon: IconOf }) => (
        <Menu.Item
          key={value}
          leftSection={<IconOf size={16} />}
          rightSection={colorScheme === value ? <IconCheck size={14} aria-label={t.account.chosen} /> : null}
          onClick={() => setColorScheme(value)}
          closeMenuOnClick={false}
        >
          {label}
        </Menu.Item>
      ))}
      <Menu.Divider />
      <Menu.Item leftSection={<IconSettings size={16} />} component={Link} to="/settings">
        {t.account.settings}
      </Menu.Item>
      <Menu.Item leftSection={<IconKey size={16} />} component={Link} to="/settings/tokens">
        {t.account.tokens}
      </Menu.Item>
      <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={() => keysShown.set(true)}>
        {t.account.keys}
      </Menu.Item>
      <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void leave()}>
        {t.account.logOut}
      </Menu.Item>
    </>
  );
}
