import { Accordion, Title } from "@mantine/core";
import type { PastVersion } from "@/api/types";
import { Message } from "@/components/Message";
import { RelativeTime } from "@/components/RelativeTime";
import { Differences } from "@/features/policies/Differences";
import { words } from "@/i18n/policies";

/** What was ever published, and what each version changed. */
export function Versions({ versions }: { versions: readonly PastVersion[] }) {
  if (versions.length === 0) return null;
  return (
    <section aria-label={words.versions}>
      <Title order={2} mt="lg" mb="xs">
        {words.versions}
      </Title>
      <Accordion variant="contained" multiple>
        {versions.map((version) => (
          <Accordion.Item key={version.id} value={String(version.id)}>
            <Accordion.Control>
              <Message
                text={words.versionLine(version.version, version.published_by?.name ?? null)}
                parts={{ day: <RelativeTime at={version.published_at} as="onCalendar" /> }}
              />
            </Accordion.Control>
            <Accordion.Panel>
              <Differences differences={version.differences} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </section>
  );
}
