// "This is my phone": copies of one's own drafts and cases, sealed under a key that cannot leave this browser, to be read and
// filled in without a connection. What was typed is sent later, each with the id it was given when it was typed, so that it is
// saved once however often it is sent. Nothing of it runs before somebody said that this phone is theirs.
(() => {
  const one = (query, from = document) => from.querySelector(query), ON = 'ponsel';
  const isOn = () => { try { return !!localStorage.getItem(ON); } catch { return false; } };

  let over = false, told = null, full = false;  // what the hall said last, and whether there is no more room

  // ---- the store
  const opened = () => new Promise((done, failed) => {
    if (over) return failed(new Error('wiped'));
    const asked = indexedDB.open('balai', 1);
    asked.onupgradeneeded = () => ['self', 'kept', 'queue'].forEach(name => asked.result.createObjectStore(name));
    asked.onsuccess = () => done(asked.result);
    asked.onerror = failed;
  });
  const store = async (name, act) => {
    const base = await opened();
    try {
      return await new Promise((done, failed) => {
        const deal = base.transaction(name, 'readwrite'), asked = act(deal.objectStore(name));
        deal.oncomplete = () => done(asked && asked.result);
        deal.onerror = deal.onabort = () => failed(deal.error);
      });
    } finally { base.close(); }
  };
  const get = (name, id) => store(name, at => at.get(id)), put = (name, id, value) => store(name, at => at.put(value, id));
  const drop = (name, id) => store(name, at => at.delete(id)), ids = name => store(name, at => at.getAllKeys());
  const weigh = async () => (await Promise.all(['kept', 'queue'].map(name => store(name, at => at.getAll()))))
    .flat().reduce((sum, each) => sum + each.body.byteLength, 0);

  const wipe = async (last = true) => {
    over = last;
    try { localStorage.removeItem(ON); } catch { /* nothing was kept */ }
    await new Promise(done => { const asked = indexedDB.deleteDatabase('balai'); asked.onsuccess = asked.onerror = asked.onblocked = done; });
  };

  // ---- sealing: a length, what is told, then the bytes of files
  const seal = async (id, head, files = []) => {
    const text = new TextEncoder().encode(JSON.stringify(head)), iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = await new Blob([new Uint32Array([text.length]), text, ...files]).arrayBuffer();
    const body = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(id) }, await get('self', 'key'), plain);
    return { iv, body };
  };
  const unseal = async (id, { iv, body }) => {
    const additionalData = new TextEncoder().encode(id);
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, await get('self', 'key'), body);
    const length = new Uint32Array(plain.slice(0, 4))[0];
    return { head: JSON.parse(new TextDecoder().decode(plain.slice(4, 4 + length))), rest: plain.slice(4 + length) };
  };
  const keep = async (name, id, head, files) => {
    const made = await seal(id, head, files), told = await get('self', 'told'), had = await get(name, id);
    if (await weigh() - (had ? had.body.byteLength : 0) + made.body.byteLength > told.most) return false;
    await put(name, id, made);
    return true;
  };
  const read = async (name, id) => { const found = await get(name, id); return found && unseal(id, found); };

  // ---- copies
  const BASE = '/akun-saya/ponsel/';
  const fetched = async path => {
    const answer = await fetch(BASE + path, { headers: { Accept: 'application/json' } });
    if (!/json/.test(answer.headers.get('Content-Type') || '')) return { status: answer.redirected ? 401 : answer.status };
    return { status: answer.status, told: await answer.json() };
  };
  const named = async (kind, id) => {  // a case's number does not stand in the clear beside what is sealed
    if (kind === 'permohonan') return `${kind}/${id}`;
    const made = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(told.who + id)));
    return `${kind}/${[...made.slice(0, 12)].map(byte => byte.toString(16).padStart(2, '0')).join('')}`;
  };
  const copy = async (kind, id) => {
    const { status, told: found } = await fetched(`${kind}/${id}`), at = await named(kind, id);
    if (status === 200) return keep('kept', at, found);
    if (status === 404) await drop('kept', at);
    return true;
  };
  const sync = async () => {
    const since = told ? `?sejak=${encodeURIComponent(told.at)}` : '';
    const { status, told: fresh } = await fetched('daftar' + since);
    if (status === 410) { await wipe(); return 'wiped'; }
    if (!fresh) return 'out';
    if (told && told.who !== fresh.who) { await wipe(); return 'wiped'; }
    told = fresh;
    const { token, drafts, cases, ...rest } = fresh;
    await put('self', 'told', rest);
    const wanted = [...drafts.map(id => ['permohonan', id]), ...cases.map(id => ['berkas', id])];
    const names = new Set(await Promise.all(wanted.map(pair => named(...pair))));
    for (const id of await ids('kept')) if (!names.has(id)) await drop('kept', id);
    full = false;
    for (const [kind, id] of wanted) if (!await copy(kind, id)) { full = true; break; }
    return 'done';
  };

  // ---- what waits to be sent
  // `draft` is an application's id, or with `kind` berkas the number of a case and `page` the task it asks its holder to do.
  const queued = async (draft, page, form, kind = 'permohonan', final = false) => {
    await Promise.all([...form.querySelectorAll('input[type=file]')].map(input => input.smaller));
    const lies = await named(kind, draft), id = `${lies.replace('permohonan/', '')}/${page}`, found = await read('kept', lies), data = new FormData(form);
    const at = found && found.head.pages.find(each => each.id === page), fields = [], files = [], list = [];
    for (const [name, value] of data) {
      if (typeof value === 'string') { if (!/^(csrfmiddlewaretoken|command|kembali|save|refresh)$/.test(name)) fields.push([name, value]); }
      else if (value.size) { list.push([name, value.name, value.type, value.size]); files.push(value); }
    }
    const had = await read('queue', id);
    const base = had ? had.head.base : at ? at.marks : {};
    const head = { kind, final: final || !!had && had.head.final, draft, page, title: found ? found.head.title : '', step: at ? at.title : page, base, fields, files: list, command: crypto.randomUUID(), at: new Date().toISOString() };
    return keep('queue', id, head, files);
  };
  const parts = ({ head, rest }) => {
    let at = 0;
    return head.files.map(([name, file, type, size]) => [name, new File([rest.slice(at, at += size)], file, { type })]);
  };
  const send = async (id, force) => {
    if (!told.token && await sync() !== 'done') return;  // chosen before the hall answered
    const found = await read('queue', id);
    if (!found) return;
    const { head } = found, data = new FormData();
    head.fields.forEach(([name, value]) => data.append(name, value));
    parts(found).forEach(([name, file]) => data.append(name, file));
    data.set('command', head.command);
    data.set('base', JSON.stringify(head.base));
    data.set('csrfmiddlewaretoken', told.token);
    if (force) data.set('force', '1');
    if (head.final) data.set('final', '1');
    const kind = head.kind || 'permohonan', answer = await fetch(`${BASE}${kind}/${head.draft}/${head.page}`, { method: 'POST', body: data });
    if (!/json/.test(answer.headers.get('Content-Type') || '')) return;
    const said = await answer.json(), now = await read('queue', id);
    if (!now || now.head.command !== head.command) return;  // more was typed meanwhile
    if (said.done) { await drop('queue', id); await copy(kind, head.draft); return; }
    if (answer.status === 429 || answer.status >= 500) return;  // it may come again as it is
    await put('queue', id, await seal(id, { ...head, said }, parts(found).map(pair => pair[1])));
  };
  const once = act => navigator.locks ? navigator.locks.request('balai', { ifAvailable: true }, lock => lock && act()) : act();
  const sendAll = () => once(async () => {
    for (const id of await ids('queue')) {
      const found = await read('queue', id);
      if (!found.head.said) await send(id);
    }
  });

  // ---- showing
  const made = (name, told = {}, ...within) => {
    const element = document.createElement(name);
    for (const key in told) if (key === 'on') element.addEventListener('click', told.on); else element.setAttribute(key, told[key]);
    element.append(...within.filter(each => each !== null));
    return element;
  };
  const lines = text => text.split('\n').flatMap(line => [line, made('br')]);
  const button = (words, on, kind = 'button quiet') => made('button', { class: kind, type: 'button', on }, words);
  const w = (name, values = {}) => (told.words[name] || '').replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
  const moment = iso => new Date(iso).toLocaleString(document.documentElement.lang, { dateStyle: 'long', timeStyle: 'short' });

  const waiting = async (id, redraw) => {
    const found = await read('queue', id), { head } = found, { said } = head;
    const box = made('div', { class: said ? 'notice warn' : 'notice' }, made('h3', {}, `${head.title} — ${head.step}`));
    const gone = button(w('discard'), async () => { await drop('queue', id); redraw(); });
    if (!said) return box.append(made('p', {}, w('waiting'))), box;
    if (said.why === 'changed') {
      const row = each => made('tr', {}, made('th', { scope: 'row' }, each.label),
        made('td', { 'data-label': w('here') }, each.here || '—'), made('td', { 'data-label': w('there') }, each.there || '—'));
      const again = force => async () => {
        if (force) await send(id, true).catch(() => {}); else { await drop('queue', id); await copy(head.kind || 'permohonan', head.draft).catch(() => {}); }
        redraw();
      };
      box.append(made('p', {}, made('strong', {}, w('clash')), ' ', w('clash_text')),
        made('table', { class: 'stack' }, made('thead', {}, made('tr', {}, ...['field', 'here', 'there'].map(name => made('th', { scope: 'col' }, w(name))))), made('tbody', {}, ...said.rows.map(row))),
        made('div', { class: 'row' }, button(w('use_here'), again(true)), button(w('use_there'), again(false))));
      return box;
    }
    box.append(made('p', {}, said.why === 'sent' ? w(head.kind === 'berkas' ? 'answered' : 'moved_on') : said.why === 'gone' ? w('gone') : `${w('refused')}: ${said.words}`),
      made('dl', { class: 'facts' }, ...[...head.fields, ...head.files].filter(each => each[1]).map(each => made('div', {}, made('dt', {}, each[0]), made('dd', {}, each[1])))),
      made('div', { class: 'row' }, ...(head.kind === 'berkas' ? [made('a', { class: 'button quiet', href: `/berkas/${head.draft}/` }, w('look'))] : []), gone));
    return box;
  };

  const ask = async (draft, page, place, kind = 'permohonan') => {
    const kept = await named(kind, draft), queue = `${kept.replace('permohonan/', '')}/${page}`, final = kind === 'berkas';
    const { head } = await read('kept', kept), at = head.pages.find(each => each.id === page);
    const form = made('form', { novalidate: '' }), state = made('p', { class: 'state', role: 'status' });
    const drawn = new DOMParser().parseFromString(at.html, 'text/html').body;
    form.append(made('h3', { tabindex: '-1' }, at.title), ...(at.wanted ? [made('p', { class: 'notice warn' }, ...lines(at.wanted))] : []), ...drawn.childNodes,
      made('div', { class: 'row' }, made('button', { class: 'button' }, w(final ? 'send' : 'save'))), state);
    const typed = await read('queue', queue);
    if (typed) for (const control of form.elements) {
      const values = typed.head.fields.filter(each => each[0] === control.name).map(each => each[1]);
      if (control.type === 'radio' || control.type === 'checkbox') control.checked = values.includes(control.value);
      else if (control.name && control.type !== 'file' && values.length) control.value = values[0];
    }
    form.addEventListener('submit', async event => {
      event.preventDefault();
      const stays = await queued(draft, page, form, kind, final);
      state.textContent = w(stays ? 'saved' : 'full');
      if (stays && navigator.onLine) { await sendAll().catch(() => {}); state.textContent = await get('queue', queue) ? w('saved') : w(final ? 'sent_answer' : 'sent'); }
      show(place.closest('[data-phone]'), true);
    });
    place.replaceChildren(form);
    one('h3', form).focus();
  };

  const draft = ({ head }) => {
    const place = made('div');
    return made('details', {}, made('summary', {}, `${head.title} — ${head.at}`), made('div', {},
      made('ul', { class: 'plain' }, ...head.pages.map(each => made('li', {}, button(`${w('edit')}: ${each.title}`, () => ask(head.id, each.id, place), 'linkish')))), place));
  };
  const answers = head => {
    const place = made('div');
    return [...(head.pages || []).map(each => button(`${w('answer')}: ${each.title}`, () => ask(head.number, each.id, place, 'berkas'))), place];
  };
  const file = ({ head }) => made('details', {}, made('summary', {}, `${head.title} — ${head.headline}`), made('div', {},
    made('p', { class: 'soft' }, `${head.number} · ${head.since}`), ...(head.lead ? [made('p', {}, head.lead)] : []),
    ...(head.asked.length ? [made('h3', {}, w('asked')), made('ul', {}, ...head.asked.map(each => made('li', {}, each)))] : []), ...answers(head),
    ...head.letters.map(each => made('details', {}, made('summary', {}, `${w('letters')}: ${each.title} (${each.state})`), made('div', {}, made('p', { class: 'soft' }, `${each.number} · ${each.date}`), made('p', { class: 'letter-text' }, ...lines(each.text))))),
    made('h3', {}, w('timeline')), made('ol', {}, ...head.timeline.map(each => made('li', {}, made('strong', {}, each.title), ` ${each.at} `, each.text)))));

  const show = async (place, justQueue) => {
    const wait = made('div', { 'data-wait': '' }, ...await Promise.all((await ids('queue')).map(id => waiting(id, () => show(place, true)))));
    if (justQueue && one('[data-wait]', place)) return one('[data-wait]', place).replaceWith(wait);
    const kept = await Promise.all((await ids('kept')).map(async id => [id, await read('kept', id)]));
    const part = (title, kind, draw) => {
      const found = kept.filter(([id]) => id.startsWith(kind)).map(pair => draw(pair[1]));
      return found.length ? [made('h3', {}, w(title)), ...found] : [];
    };
    const drawn = [...part('drafts', 'permohonan/', draft), ...part('cases', 'berkas/', file)];
    place.replaceChildren(made('h2', {}, w('mine')), made('p', { class: 'soft' }, w('as_of', { at: moment(told.at) })), wait,
      ...(full ? [made('p', { class: 'fault' }, w('full'))] : []), ...(drawn.length ? drawn : [made('p', {}, w('nothing'))]));
    place.hidden = false;
  };

  // ---- on each page of a phone that is somebody's
  const banner = async out => {
    const all = await Promise.all((await ids('queue')).map(id => read('queue', id)));
    if (!all.length || one('[data-phone]')) return;
    const words = all.some(each => each.head.said) ? w('banner_clash') : out ? w('sign_in') : w('banner');
    const target = one('main .wrap') || one('main');
    if (target) target.prepend(made('div', { class: 'notice', role: 'status' }, made('p', {}, words, ' ', made('a', { href: '/luring/' }, w('look')))));
  };

  // A page of an application: what is typed without a connection is kept here too, and once it is, as it goes on.
  const follow = async () => {
    const form = one('form[data-autosave]'), found = location.pathname.match(/^\/(?:(permohonan)\/([\w-]+)|(berkas)\/([\w-]+)\/jawab)\/([\w-]+)\/$/);
    if (!form || !found) return;
    const [kind, id, page] = found.slice(1).filter(Boolean), queue = `${(await named(kind, id)).replace('permohonan/', '')}/${page}`, state = one('[data-state]', form);
    let later, kept = false;
    const note = () => {
      clearTimeout(later);
      kept = false;
      later = setTimeout(async () => {
        if (navigator.onLine && !await get('queue', queue)) return;
        if (!await queued(id, page, form, kind) && state) state.textContent = w('full');
        else if (!navigator.onLine) {
          kept = true;
          if (state) state.textContent = w('saved');
          const ready = navigator.serviceWorker && await navigator.serviceWorker.ready;
          if (ready && ready.sync) ready.sync.register('send').catch(() => {});
        }
      }, 300);
    };
    form.addEventListener('input', note);
    form.addEventListener('change', note);
    // What the page says of the line once it gives up sending must not stand over what the phone has kept meanwhile.
    if (state) new MutationObserver(() => {
      if (navigator.onLine) copy(kind, id).catch(() => {});
      else if (kept && state.textContent !== w('saved')) state.textContent = w('saved');
    }).observe(state, { childList: true, characterData: true, subtree: true });
  };

  const begin = async () => {
    told = await get('self', 'told');
    if (!told) return wipe();
    if (Date.now() - Date.parse(told.at) > told.days * 864e5) return wipe();
    follow().catch(() => {});
    const place = one('[data-phone]');
    if (place) await show(place);
    let state = 'cut';
    if (navigator.onLine) try { state = await sync(); if (state === 'done') await sendAll(); } catch { state = 'cut'; }
    if (state === 'wiped') { if (place) place.hidden = true; return; }
    if (place) await show(place, one('form', place) !== null);
    await banner(state === 'out');
  };
  const again = () => { if (isOn()) sync().then(state => state === 'done' && sendAll()).then(() => { const place = one('[data-phone]'); if (place) show(place, true); }).catch(() => {}); };

  // ---- the page that switches it on and off
  const settle = () => {
    const off = one('[data-phone-off]'), on = one('[data-phone-is-on]');
    if (!off) return;
    off.hidden = isOn();
    on.hidden = one('[data-phone-wipe]').hidden = !isOn();
  };
  const turnOn = async event => {
    const state = one('[data-phone-state]');
    event.target.disabled = true;
    try {
      const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
      await wipe(false);
      await put('self', 'key', key);
      if (await sync() !== 'done') throw 0;
      localStorage.setItem(ON, '1');
      state.textContent = w('on_now') + (full ? ' ' + w('full') : '');
    } catch { await wipe(); state.textContent = one('[data-failed]') ? one('[data-failed]').dataset.failed : ''; }
    event.target.disabled = false;
    settle();
  };
  const press = one('[data-phone-on]');
  if (press) press.addEventListener('click', turnOn);
  // Whoever signs out, or wipes this phone, is asked once more while something typed was not sent.
  document.addEventListener('submit', async event => {
    const form = event.target;
    if (!isOn() || form.method !== 'post' || !form.matches('[data-phone-wipe],[action$="/logout/"]')) return;
    event.preventDefault();
    const left = await ids('queue').catch(() => []);
    if (left.length && !confirm(w('unsent'))) {
      delete form.dataset.sent;
      form.querySelectorAll('[aria-disabled]').forEach(by => by.removeAttribute('aria-disabled'));
      return;
    }
    await wipe();
    form.submit();
  });
  settle();
  addEventListener('online', again);
  if (navigator.serviceWorker) navigator.serviceWorker.addEventListener('message', event => { if (event.data === 'send') again(); });
  if (isOn() && window.indexedDB && window.crypto && crypto.subtle) begin().catch(() => {});
})();
