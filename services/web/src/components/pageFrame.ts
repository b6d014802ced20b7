import { createContext, type ReactNode } from "react";

/** What the app puts around every page. */
export interface PageFrame {
  /** At the right end of the header: notifications and account. */
  tools: ReactNode;
  /** How many notifications are unread, for the title of the tab. */
  unread: number;
}

export const PageFrameContext = createContext<PageFrame>({ tools: null, unread: 0 });
