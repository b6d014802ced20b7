import { useMutation } from "@tanstack/react-query";
import { api, dataOf, type QueryOf } from "@/api/client";
import { Problem } from "@/api/problem";
import { saveFile } from "@/components/saveFile";
import { failed } from "@/components/toasts";
import { t } from "@/i18n";

interface Wanted {
  query: QueryOf<"/follow-ups/export">;
  /** Of the file that is kept. */
  name: string;
}

/** Download follow-ups as a file; why that is refused is told in words. */
export function useExport() {
  const file = useMutation({
    mutationFn: ({ query }: Wanted) => dataOf(api.GET("/follow-ups/export", { params: { query }, parseAs: "blob" })),
    onSuccess: (content, { name }) => saveFile(content, name),
    onError: (error, wanted) => {
      const lasting = error instanceof Problem && [403, 422].includes(error.status);
      failed(t.export.failed, error, lasting ? undefined : () => file.mutate(wanted));
    },
  });
  return file;
}
