/** What this browser itself knows of being told: its permission, and its subscription to its push service. */

export type Support = "can" | "insecure" | "unsupported";

export type Refusal = "blocked" | "dismissed" | "noPushService";

/** Why this browser was not switched on, though nothing of ours has failed. */
export class Refused extends Error {
  constructor(readonly reason: Refusal) {
    super(reason);
  }
}

export function support(): Support {
  if (!window.isSecureContext) return "insecure";
  const parts = ["serviceWorker" in navigator, "PushManager" in window, typeof Notification === "function"];
  return parts.every(Boolean) ? "can" : "unsupported";
}

export function isBlocked(): boolean {
  return support() === "can" && Notification.permission === "denied";
}

/** How the API names the subscription of this browser; null: it has none, or may show nothing. */
export async function fingerprint(): Promise<string | null> {
  const subscription = await subscriptionHere();
  if (!subscription || Notification.permission !== "granted") return null;
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Asks for permission, as a browser lets a page do on a click alone, and subscribes.
 *  @param key of those who push, in base64url */
export async function subscribe(key: string): Promise<PushSubscription> {
  const permission = await Notification.requestPermission();
  if (permission !== "granted") throw new Refused(permission === "denied" ? "blocked" : "dismissed");
  await navigator.serviceWorker.register("/sw.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  try {
    await (await pushManager.getSubscription())?.unsubscribe(); // it may be for another key
    return await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  } catch {
    throw new Refused("noPushService");
  }
}

export async function unsubscribe(): Promise<void> {
  await (await subscriptionHere())?.unsubscribe();
}

async function subscriptionHere(): Promise<PushSubscription | null> {
  if (support() !== "can") return null;
  const registration = await navigator.serviceWorker.getRegistration("/");
  return (await registration?.pushManager.getSubscription()) ?? null;
}
