{% autoescape off %}// Keeps the page of a counter's day and what it is drawn with, so that it opens without a line. It keeps nothing of anybody.
const NAME = 'loket-balai-{{ name }}', DAY = '{{ day }}', KEPT = {{ kept }};
const keep = async () => {
  const cache = await caches.open(NAME);
  await cache.addAll(KEPT);
  const page = await fetch(DAY, { cache: 'no-store' });
  if (page.ok && !page.redirected) await cache.put(DAY, page);
};
addEventListener('install', event => { skipWaiting(); event.waitUntil(keep()); });
addEventListener('activate', event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith('loket-balai-') && name !== NAME) await caches.delete(name);
  await clients.claim();
})()));
addEventListener('message', event => { if (event.data === 'keep') event.waitUntil(keep().catch(() => {}).then(() => event.ports[0] && event.ports[0].postMessage('kept'))); });
const day = async request => {
  const cache = await caches.open(NAME), kept = await cache.match(DAY);
  const asked = fetch(request).then(async page => {
    if (kept && page.status >= 500) throw new Error('no line');
    if (page.ok && !page.redirected) await cache.put(DAY, page.clone());
    return page;
  });
  if (!kept) return asked;
  try {
    return await Promise.race([asked, new Promise((_, late) => setTimeout(late, 5000))]);
  } catch {
    return kept;
  }
};
addEventListener('fetch', event => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== location.origin) return;
  if (event.request.mode === 'navigate' && pathname === DAY) event.respondWith(day(event.request));
  else if (KEPT.includes(pathname)) event.respondWith(caches.match(pathname).then(found => found || fetch(event.request)));
});
{% endautoescape %}
