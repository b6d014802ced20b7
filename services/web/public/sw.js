// Shows what is pushed, and does what its buttons say. It has no words of its own, and keeps no answer of the
// API: the page is always as it is now.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const told = event.data?.json();
  if (told) event.waitUntil(show(told));
});

self.addEventListener("notificationclick", (event) => {
  const { acts, path } = event.notification.data;
  const act = acts.find(({ action }) => action === event.action);
  event.notification.close();
  event.waitUntil(act ? actBy(act.path) : open(path));
});

/** A newer message of a follow-up takes the place of the older one, and is heard again. */
function show({ title, body, tag, at, path, acts }) {
  return self.registration.showNotification(title, {
    body,
    tag,
    renotify: true,
    timestamp: at,
    icon: "/icons/192.png",
    actions: acts.map(({ action, title: name }) => ({ action, title: name })),
    data: { path, acts },
  });
}

/** The button was pressed by its person: that is what the link's own page asks for. Where more is needed, such as
 *  a note, or something has changed meanwhile, that page says so. */
async function actBy(link) {
  const answer = await fetch(link, { method: "POST", credentials: "omit" }).catch(() => undefined);
  if (!answer?.ok) await open(link);
}

/** A page of its own, unless one shows it already: nothing that somebody is writing is lost. */
async function open(path) {
  const { href } = new URL(path, self.location.origin);
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const shown = pages.find(({ url }) => url === href);
  await (shown ? shown.focus() : self.clients.openWindow(href));
}
