import { Anchor, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { Page } from "@/components/Page";
import { useLogInOptions } from "@/features/session";
import { PasswordForm } from "@/features/settings/PasswordForm";
import { ProfileForm } from "@/features/settings/ProfileForm";
import { Section } from "@/features/settings/Section";
import { Sessions } from "@/features/settings/Sessions";

/** What a person settles for themselves. */
export function Component() {
  const options = useLogInOptions();
  return (
    <Page title="Your settings" narrow>
      <Stack gap="xl">
        <Section title="You">
          <ProfileForm />
        </Section>
        {options?.password && (
          <Section title="Password">
            <PasswordForm />
          </Section>
        )}
        <Section title="Where you are logged in">
          <Sessions />
        </Section>
        <Section title="API tokens">
          <Text size="sm">
            Programs that act for you are not listed above: they have{" "}
            <Anchor component={Link} to="/settings/tokens" underline="always">
              API tokens
            </Anchor>
            .
          </Text>
        </Section>
      </Stack>
    </Page>
  );
}
