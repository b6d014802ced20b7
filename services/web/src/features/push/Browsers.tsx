import { Button, Stack, Switch, Text, Title } from "@mantine/core";
import { isBlocked, Refused, support } from "@/api/thisBrowser";
import type { Browser } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { Message } from "@/components/Message";
import { RowsSkeleton } from "@/components/PageSkeleton";
import { RelativeTime } from "@/components/RelativeTime";
import { done, failed } from "@/components/toasts";
import { useBrowsers, useRemoveBrowser, useSwitchHere, useTestBrowser } from "@/features/push/browsers";
import { words } from "@/i18n/push";
import classes from "./push.module.css";

/** Whether one is told in this browser, and in which others. */
export function Browsers() {
  const { data, error, refetch } = useBrowsers();
  if (!data) {
    return error ? <ErrorState error={error} retry={() => void refetch()} compact /> : <RowsSkeleton rows={1} />;
  }
  const others = data.items.filter(({ id }) => id !== data.own?.id);
  return (
    <Stack>
      {data.public_key === null ? (
        <Text size="sm">{words.notSetUp}</Text>
      ) : (
        <Here publicKey={data.public_key} own={data.own?.state === "on" ? data.own.id : undefined} />
      )}
      {data.own?.state === "on" && <Test id={data.own.id} />}
      {others.length > 0 && <Others browsers={others} />}
    </Stack>
  );
}

function Here({ publicKey, own }: { publicKey: string; own: number | undefined }) {
  const change = useSwitchHere();
  const supported = support();
  const isOn = own !== undefined;
  const wanted = change.isPending ? change.variables.own === undefined : isOn;
  const cannot = supported === "can" ? (isBlocked() ? words.blocked : undefined) : words[supported];
  const toggle = () => {
    if (change.isPending) return; // what it is then is not known yet
    change.mutate(
      { key: publicKey, own },
      {
        onSuccess: () => done(isOn ? words.off : words.on),
        onError: (failure) => {
          if (!(failure instanceof Refused)) failed(isOn ? words.stillOn : words.notOn, failure);
        },
      },
    );
  };
  return (
    <Switch
      label={words.here}
      description={cannot ?? (isOn ? words.hereHelp : `${words.hereHelp} ${words.asks}`)}
      checked={wanted}
      error={cannot === undefined && change.error instanceof Refused && words[change.error.reason]}
      disabled={cannot !== undefined && !isOn}
      onChange={toggle}
    />
  );
}

function Test({ id }: { id: number }) {
  const test = useTestBrowser();
  const send = () =>
    test.mutate(id, {
      onSuccess: () => done(words.testSent),
      onError: (failure) => failed(words.notTested, failure),
    });
  return (
    <Button variant="default" loading={test.isPending} onClick={send} style={{ alignSelf: "flex-start" }}>
      {words.test}
    </Button>
  );
}

function Others({ browsers }: { browsers: Browser[] }) {
  const remove = useRemoveBrowser();
  const end = (id: number) =>
    remove.mutate(id, {
      onSuccess: () => done(words.removed),
      onError: (failure) => failed(words.stillThere, failure),
    });
  return (
    <div>
      <Title order={3} size="h5">
        {words.others}
      </Title>
      <ul className={classes.browsers}>
        {browsers.map(({ id, browser, state, created_at: since }) => (
          <li key={id} className={classes.browser}>
            <div className={classes.which}>
              <Text size="sm" fw={560}>
                {browser}
              </Text>
              <Text size="xs" c="dimmed">
                {state === "off" ? (
                  words.ended
                ) : (
                  <Message text={words.since} parts={{ since: <RelativeTime at={since} as="ago" /> }} />
                )}
              </Text>
            </div>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={words.removeNamed(browser)}
              loading={remove.isPending && remove.variables === id}
              onClick={() => end(id)}
            >
              {words.remove}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
