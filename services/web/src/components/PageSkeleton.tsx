import { Skeleton, Stack } from "@mantine/core";
import { t } from "@/i18n";

export function PageSkeleton() {
  return (
    <Stack p="xl" gap="lg" role="status" aria-label={t.common.loading}>
      <Skeleton h={28} w={180} />
      <RowsSkeleton rows={8} />
    </Stack>
  );
}

export function RowsSkeleton({ rows = 5, height = 40 }: { rows?: number; height?: number }) {
  return (
    <Stack gap="sm" role="status" aria-label={t.common.loading}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} h={height} radius="md" />
      ))}
    </Stack>
  );
}
