import { Skeleton, Stack } from "@mantine/core";

export function PageSkeleton() {
  return (
    <Stack p="xl" gap="lg" role="status" aria-label="Loading">
      <Skeleton h={28} w={180} />
      <RowsSkeleton rows={8} />
    </Stack>
  );
}

export function RowsSkeleton({ rows = 5, height = 40 }: { rows?: number; height?: number }) {
  return (
    <Stack gap="sm" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} h={height} radius="md" />
      ))}
    </Stack>
  );
}
