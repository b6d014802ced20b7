import { createTheme, Menu, Modal, Portal, Select, Tooltip, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";
import type { FocusEvent } from "react";
import { t } from "@/i18n";

/** A deep green of the kind that stays calm on a full screen; shade 7 carries white text. */
const pine: MantineColorsTuple = [
  "#eaf7f4", "#d3ece6", "#a5d9cd", "#73c5b3", "#4ab49d", "#30a98f", "#177d6a", "#0f6b5c", "#0b584c", "#05463c",
];

const slate: MantineColorsTuple = [
  "#f7f8f9", "#eff1f3", "#e2e5e9", "#d0d5db", "#a9b1bb", "#7d8793", "#5b6570", "#434c57", "#2d353e", "#1a2027",
];

/** Mantine's dark scale: 0 is text, 4 borders, 6 fields, 7 the page. */
const night: MantineColorsTuple = [
  "#dfe4ea", "#c3cad3", "#9fa9b5", "#7b8694", "#36404c", "#2b343f", "#222a33", "#181e25", "#12171d", "#0c1014",
];

const OURS = {
  "--mantine-color-dimmed": "var(--muted)",
  "--mantine-color-anchor": "var(--accent)",
  "--mantine-color-placeholder": "var(--muted)",
  "--mantine-color-error": "var(--level-3)",
};

/** The colours of `global.css` in place of Mantine's, whose texts are too faint on our backgrounds. */
export const colours: CSSVariablesResolver = () => ({ variables: {}, light: OURS, dark: OURS });

function selectText({ currentTarget: input }: FocusEvent<HTMLInputElement>): void {
  // After the press that brought the focus has put the caret somewhere. To select takes the focus, which fast keys
  // may have led on by then.
  requestAnimationFrame(() => document.activeElement === input && input.select());
}

export const theme = createTheme({
  primaryColor: "pine",
  primaryShade: { light: 7, dark: 6 },
  colors: { pine, gray: slate, dark: night },
  autoContrast: true,
  black: "#1a2027",
  // A phone is what `max-width: 48em` says, 768 px as well: one thing in style sheets and components.
  breakpoints: { sm: "48.0625em" },
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  headings: {
    fontWeight: "620",
    sizes: {
      h1: { fontSize: "1.375rem", lineHeight: "1.3" },
      h2: { fontSize: "1rem", lineHeight: "1.4" },
      h3: { fontSize: "0.875rem", lineHeight: "1.4" },
    },
  },
  defaultRadius: "md",
  radius: { xs: "4px", sm: "6px", md: "8px", lg: "12px", xl: "16px" },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // Pop-ups belong to the page's content: outside of every landmark, assistive technology skips them.
    Portal: Portal.extend({ defaultProps: { target: "#content" } }),
    // Its own placeholder for the focus is no menu item, and a menu may hold nothing else.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    // A long list scrolls by itself: a scroll area around it would be one more thing to reach by keyboard.
    Select: Select.extend({
      // What one types replaces what was chosen, and Enter takes the first that fits.
      defaultProps: { withScrollArea: false, selectFirstOptionOnChange: true, onFocus: selectText },
      styles: { options: { maxHeight: 250, overflowY: "auto", paddingInlineEnd: 4 } },
    }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 350, withArrow: true } }),
    Modal: Modal.extend({
      defaultProps: {
        centered: false,
        yOffset: "8vh",
        overlayProps: { backgroundOpacity: 0.45 },
        closeButtonProps: { "aria-label": t.common.close },
        transitionProps: { duration: 120 },
      },
      styles: {
        // It is drawn inside the content, beside the sidebar, and belongs in the middle of the window.
        inner: { insetInline: 0 },
        header: { padding: "18px 24px 10px" },
        body: { padding: "0 24px 24px" },
        title: { fontSize: "1.0625rem", lineHeight: 1.35, overflowWrap: "anywhere", fontWeight: 640, letterSpacing: "-0.011em" },
      },
    }),
  },
});
