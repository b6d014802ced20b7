import { Anchor, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { Message } from "@/components/Message";
import { Page } from "@/components/Page";
import { Absences } from "@/features/absences";
import { CalendarFeeds } from "@/features/feeds";
import { Browsers } from "@/features/push";
import { MyRules } from "@/features/rules";
import { useLogInOptions } from "@/features/session";
import { PasswordForm } from "@/features/settings/PasswordForm";
import { ProfileForm } from "@/features/settings/ProfileForm";
import { Destinations } from "@/features/settings/Destinations";
import { Section } from "@/features/settings/Section";
import { Sessions } from "@/features/settings/Sessions";
import { t } from "@/i18n";
import { words as away } from "@/i18n/absences";
import { words as feeds } from "@/i18n/feeds";
import { words as told } from "@/i18n/destinations";
import { words as browsers } from "@/i18n/push";
import { words as rules } from "@/i18n/rules";

function TokensLink() {
  return (
    <Anchor component={Link} to="/settings/tokens" underline="always">
      {t.settings.tokens}
    </Anchor>
  );
}

/** What a person settles for themselves. */
export function Component() {
  const options = useLogInOptions();
  return (
    <Page title={t.settings.title} narrow>
      <Stack gap="xl">
        <Section title={t.settings.you}>
          <ProfileForm />
        </Section>
        <Section title={told.title} name="told">
          <Destinations />
        </Section>
        <Section title={browsers.title} name="browsers">
          <Browsers />
        </Section>
        <Section title={rules.title} name="notifications">
          <MyRules />
        </Section>
        <Section title={away.title} name="away">
          <Absences />
        </Section>
        <Section title={feeds.title} name="calendar">
          <CalendarFeeds />
        </Section>
        {options?.password && (
          <Section title={t.settings.password}>
            <PasswordForm />
          </Section>
        )}
        <Section title={t.settings.sessions}>
          <Sessions />
        </Section>
        <Section title={t.settings.tokens}>
          <Text size="sm">
            <Message text={t.settings.tokensText} parts={{ tokens: <TokensLink /> }} />
          </Text>
        </Section>
      </Stack>
    </Page>
  );
}
