import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { queryKeys } from "@/api/queryKeys";
import { Dialog } from "@/components/Dialog";
import { FormProblem } from "@/components/FormProblem";
import { saveFile } from "@/components/saveFile";
import { done } from "@/components/toasts";
import { MOST_AT_ONCE } from "@/features/people/invitations";
import { t } from "@/i18n";
import { words } from "@/i18n/accounts";

/** Makes a link for everybody who cannot log in yet, as a file. */
export function InviteDialog({ amount, close }: { amount: number; close: () => void }) {
  const cache = useQueryClient();
  // Without a key that would make it once: anyone who lost the answer makes the links again, and those count.
  const invite = useMutation({
    mutationFn: (): Promise<Blob> =>
      dataOf(api.POST("/invitations", { params: { query: { format: "csv" } }, body: {}, parseAs: "blob" })),
    onSuccess: (file) => {
      saveFile(file, "invitations.csv");
      void cache.invalidateQueries({ queryKey: queryKeys.notYetIn });
      done(words.access.downloaded);
      close();
    },
  });
  return (
    <Dialog onClose={close} title={words.access.inviteTitle(Math.min(amount, MOST_AT_ONCE))}>
      <Stack>
        <FormProblem error={invite.error} />
        <Text size="sm">{words.access.inviteText}</Text>
        {amount > MOST_AT_ONCE && <Text size="sm">{words.access.inviteMost(MOST_AT_ONCE)}</Text>}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t.common.cancel}
          </Button>
          <Button loading={invite.isPending} onClick={() => invite.mutate()} data-autofocus>
            {words.access.download}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
