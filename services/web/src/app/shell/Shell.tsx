import { useQuery } from "@tanstack/react-query";
import { Suspense, useEffect, useMemo } from "react";
import { Outlet, ScrollRestoration } from "react-router";
import { ConnectionBanner } from "@/app/shell/ConnectionBanner";
import { keepFocusInList } from "@/app/shell/rowNavigation";
import { PaletteDialog } from "@/app/shell/PaletteTool";
import { refuseFileDrops } from "@/app/shell/refuseFileDrops";
import { PageTools } from "@/app/shell/PageTools";
import { Shortcuts } from "@/app/shell/Shortcuts";
import { Sidebar } from "@/app/shell/Sidebar";
import { TabBar } from "@/app/shell/TabBar";
import { ZoneBanner } from "@/app/shell/ZoneBanner";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { loadAhead } from "@/components/later";
import { PageSkeleton } from "@/components/PageSkeleton";
import { PageFrameContext } from "@/components/pageFrame";
import { FollowUpDialogs } from "@/app/shell/FollowUpDialogs";
import { unreadQuery, useInboxStream } from "@/features/inbox";
import { OtherPersonDialog, ReauthenticationDialog, SessionEndedDialog, useSessionWatch } from "@/features/session";
import { t } from "@/i18n";
import classes from "./Shell.module.css";

/** The frame around every page of a person who is logged in. */
export function Shell() {
  useInboxStream();
  useSessionWatch();
  useEffect(refuseFileDrops, []);
  useEffect(keepFocusInList, []);
  // Here before it is asked for: it opens at once then, without a connection too.
  useEffect(loadAhead, []);
  const { data } = useQuery(unreadQuery);
  const unread = data?.unread ?? 0;
  const frame = useMemo(() => ({ tools: <PageTools />, unread }), [unread]);
  return (
    <div className={classes.shell}>
      <a href="#content" className="skip-link">
        {t.shell.skip}
      </a>
      <Sidebar />
      <main id="content" className={classes.main} tabIndex={-1}>
        <ConnectionBanner />
        <ZoneBanner />
        <PageFrameContext value={frame}>
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </PageFrameContext>
      </main>
      <TabBar />
      <FollowUpDialogs />
      <PaletteDialog />
      <Shortcuts />
      <ConfirmDialog />
      <ReauthenticationDialog />
      <SessionEndedDialog />
      <OtherPersonDialog />
      <ScrollRestoration />
    </div>
  );
}
