import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "react-router/dom";
import { queryClient } from "@/app/queryClient";
import { router } from "@/app/router";
import { colours, theme } from "@/app/theme";
import { MOST_MESSAGES } from "@/components/toasts";

const colorScheme = localStorageColorSchemeManager({ key: "followup-theme" });

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={colours} colorSchemeManager={colorScheme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Notifications withinPortal={false} position="bottom-center" limit={MOST_MESSAGES} autoClose={6000} zIndex={250} />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
