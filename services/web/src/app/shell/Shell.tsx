import { lazy, Suspense, useEffect } from "react";
import { Outlet, ScrollRestoration } from "react-router";
import { ConnectionBanner } from "@/app/shell/ConnectionBanner";
import { keepFocusInList } from "@/app/shell/rows";
import { strayFiles } from "@/app/shell/strayFiles";
import { whenIdle } from "@/app/shell/whenIdle";
import { Shortcuts } from "@/app/shell/Shortcuts";
import { Sidebar } from "@/app/shell/Sidebar";
import { TabBar } from "@/app/shell/TabBar";
import { ZoneBanner } from "@/app/shell/ZoneBanner";
import { Question } from "@/components/Question";
import { PageSkeleton } from "@/components/PageSkeleton";
import { formRequest } from "@/features/followups/formRequest";
import { useInboxStream } from "@/features/inbox/useInboxStream";
import { OtherPersonDialog } from "@/features/session/OtherPersonDialog";
import { ProofDialog } from "@/features/session/ProofDialog";
import { SessionEndedDialog } from "@/features/session/SessionEndedDialog";
import { useSessionWatch } from "@/features/session/session";
import classes from "./Shell.module.css";

const loadForm = () => import("@/features/followups/FollowUpForm");
const FollowUpForm = lazy(loadForm);

/** The frame around every page of a person who is logged in. */
export function Shell() {
  useInboxStream();
  useSessionWatch();
  useEffect(strayFiles, []);
  useEffect(keepFocusInList, []);
  // Here before it is asked for: it opens at once then, without a connection too.
  useEffect(() => whenIdle(() => void loadForm().catch(() => undefined)), []);
  const request = formRequest.use();
  return (
    <div className={classes.shell}>
      <a href="#content" className="skip-link">
        Skip to content
      </a>
      <Sidebar />
      <main id="content" className={classes.main} tabIndex={-1}>
        <ConnectionBanner />
        <ZoneBanner />
        <Suspense fallback={<PageSkeleton />}>
          <Outlet />
        </Suspense>
      </main>
      <TabBar />
      <Suspense>{request && <FollowUpForm request={request} />}</Suspense>
      <Shortcuts />
      <Question />
      <ProofDialog />
      <SessionEndedDialog />
      <OtherPersonDialog />
      <ScrollRestoration />
    </div>
  );
}
