// Keeps the shell: files under the name of their content, and the page that says there is no connection. Nothing of a person:
// what says no-store is never kept, and the shell is asked for without cookies. VERSION, SHELL and PAGES stand before this.
const CACHE = `balai-${VERSION}`, SAID = '/-/lang';

const keep = async path => {
  const answer = await fetch(path, { credentials: 'omit', cache: 'reload' });
  if (!answer.ok || answer.redirected || /no-store/.test(answer.headers.get('Cache-Control') || '')) throw new Error(path);
  await (await caches.open(CACHE)).put(path, answer);
};

addEventListener('install', event => event.waitUntil((async () => {
  await Promise.all([...SHELL, ...Object.values(PAGES)].map(keep));
  await skipWaiting();
})()));

addEventListener('activate', event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith('balai-') && name !== CACHE) await caches.delete(name);
  if (registration.navigationPreload) await registration.navigationPreload.enable();
  await clients.claim();
})()));

// In which language a visitor last read: the page without a connection is shown in it.
let said = '';
const note = async lang => {
  if (!PAGES[lang] || lang === said) return;
  said = lang;
  await (await caches.open(CACHE)).put(SAID, new Response(lang));
};

const visit = async event => {
  try {
    const answer = await event.preloadResponse || await fetch(event.request);
    event.waitUntil(note(answer.headers.get('Content-Language')));
    return answer;
  } catch (broken) {
    const cache = await caches.open(CACHE), kept = await cache.match(SAID);
    const lang = new URL(event.request.url).pathname.match(/^\/luring\/(\w+)\/$/)?.[1] || kept && await kept.text();
    const page = await cache.match(PAGES[lang] || Object.values(PAGES)[0]);
    if (!page) throw broken;
    return page;
  }
};

addEventListener('fetch', event => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') event.respondWith(visit(event));
  else if (SHELL.includes(url.pathname) || url.pathname === '/-/0/offline.js') event.respondWith((async () =>
    await (await caches.open(CACHE)).match(SHELL.find(path => path === url.pathname || path.endsWith('/offline.js') && url.pathname.endsWith('/offline.js'))) || fetch(request))());
});

// Background Sync, where there is any: a page of ours sends what waits, since the key lies there and here nothing is opened.
addEventListener('sync', event => event.waitUntil((async () => {
  const open = await clients.matchAll({ type: 'window' });
  for (const client of open) client.postMessage('send');
})()));
