// A counter's day without a line. Whatever lies on this device is sealed: a data key, wrapped by the PIN (PBKDF2) and again by a key
// that the browser never gives out. Five wrong PINs, and all of it is gone. Sent applications are wiped once the hall has confirmed them.
(() => {
  const NAME = 'balai-loket', ROUNDS = 600000, TRIES = 5, STORES = ['meta', 'sealed', 'cases', 'numbers', 'done'];
  const $ = id => document.getElementById(id), at = '/meja/loket/bekal/', box = $('kata');
  const words = box ? JSON.parse(box.dataset.words) : {};
  const say = (key, values = {}) => Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), words[key] || key);
  const can = () => Boolean(window.isSecureContext && window.crypto && crypto.subtle && window.indexedDB && navigator.serviceWorker);
  const bytes = text => new TextEncoder().encode(text), text = data => new TextDecoder().decode(data);
  const b64 = data => { let out = ''; const all = new Uint8Array(data); for (let i = 0; i < all.length; i += 32768) out += String.fromCharCode(...all.subarray(i, i + 32768)); return btoa(out); };
  const raw = told => Uint8Array.from(atob(told), letter => letter.charCodeAt(0));
  const random = size => crypto.getRandomValues(new Uint8Array(size));

  // ---- what lies on the device
  let opened = null;
  const base = () => opened ||= new Promise((done, failed) => {
    const ask = indexedDB.open(NAME, 1);
    ask.onupgradeneeded = () => STORES.forEach(name => ask.result.createObjectStore(name, { keyPath: 'id' }));
    ask.onsuccess = () => { ask.result.onversionchange = () => { ask.result.close(); opened = null; }; done(ask.result); };
    ask.onerror = () => failed(ask.error);
  });
  const act = async (stores, mode, what) => {
    const work = (await base()).transaction(stores, mode);
    const asked = what(...stores.map(name => work.objectStore(name)));
    return new Promise((done, failed) => {
      work.oncomplete = () => done(asked && asked.result);
      work.onerror = work.onabort = () => failed(work.error);
    });
  };
  const get = (store, id) => act([store], 'readonly', from => from.get(id));
  const all = store => act([store], 'readonly', from => from.getAll());
  const waiting = async () => (await all('cases')).sort((one, other) => one.at - other.at);  // as they were taken
  const put = (store, row) => act([store], 'readwrite', to => to.put(row));
  const drop = (store, id) => act([store], 'readwrite', from => from.delete(id));
  const note = async () => {
    const n = (await all('cases')).length, has = Boolean(await get('meta', 'key'));
    try { if (has) localStorage.setItem(NAME, JSON.stringify({ n, at: at + 'hari/', db: NAME })); else localStorage.removeItem(NAME); } catch { /* signing out then does not ask */ }
    return n;
  };
  const wipe = async () => {
    key = null; supply = null;
    await act(STORES, 'readwrite', (...from) => from.map(one => one.clear())[0]);
    await note();
  };

  // ---- keys
  let key = null, supply = null;
  const stretch = async (pin, salt) => crypto.subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS },
    await crypto.subtle.importKey('raw', bytes(pin), 'PBKDF2', false, ['deriveKey']),
    { name: 'AES-GCM', length: 256 }, false, ['wrapKey', 'unwrapKey']);
  const aes = iv => ({ name: 'AES-GCM', iv });
  const seal = async data => { const iv = random(12); return { iv, data: await crypto.subtle.encrypt(aes(iv), key, data) }; };
  const unseal = sealed => crypto.subtle.decrypt(aes(sealed.iv), key, sealed.data);
  const sealed = value => seal(bytes(JSON.stringify(value)));
  const read = async row => JSON.parse(text(await unseal(row)));

  const lay = async (pin, stock) => {
    const device = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt']);
    const salt = random(16), inner = random(12), outer = random(12);
    const wrapped = await crypto.subtle.wrapKey('raw', fresh, await stretch(pin, salt), aes(inner));
    key = fresh;
    const kept = await sealed(stock);
    key = null;
    await act(STORES, 'readwrite', (meta, store, cases, numbers, done) => {
      [meta, store, cases, numbers, done].forEach(one => one.clear());
      meta.put({ id: 'key', device, salt, inner, outer: { iv: outer }, tries: 0 });
      return store.put({ id: 'supply', ...kept });
    });
    const held = await crypto.subtle.encrypt(aes(outer), device, wrapped);
    await put('meta', { id: 'key', device, salt, inner, outer: { iv: outer, data: held }, tries: 0, supply: stock.supply });
    await note();
  };

  // The try is counted before the PIN is tried, so that closing the window does not give it back.
  const unlock = async pin => {
    const kept = await get('meta', 'key');
    if (!kept) return 'none';
    if (kept.tries >= TRIES) { await wipe(); return 'wiped'; }
    kept.tries += 1;
    await put('meta', kept);
    try {
      const wrapped = await crypto.subtle.decrypt(aes(kept.outer.iv), kept.device, kept.outer.data);
      key = await crypto.subtle.unwrapKey('raw', wrapped, await stretch(pin, kept.salt), aes(kept.inner), 'AES-GCM', false, ['encrypt', 'decrypt']);
    } catch {
      if (kept.tries >= TRIES) { await wipe(); return 'wiped'; }
      return TRIES - kept.tries;
    }
    kept.tries = 0;
    await put('meta', kept);
    supply = await read(await get('sealed', 'supply'));
    return '';
  };

  // ---- drawing
  const h = (tag, attrs = {}, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attrs)) if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value === true ? '' : value);
    made.append(...inside.filter(one => one !== null && one !== undefined && one !== ''));
    return made;
  };
  const show = id => {
    document.querySelectorAll('[data-view]').forEach(view => { view.hidden = view.id !== id; });
    const head = $(id).querySelector('h1,h2');
    if (head) { head.tabIndex = -1; head.focus(); }
    scrollTo(0, 0);
  };
  const tell = (words, tone = '') => { const line = $('kabar'); line.textContent = words; line.className = `notice ${tone}`; line.hidden = !words; };

  // ---- conditions, as the hall made them of its own: true, false or null
  const truth = (tree, known) => {
    const [op, ...rest] = tree, value = one => truth(one, known);
    const same = (a, b) => a === null || b === null ? a === b : typeof a === typeof b ? a === b : null;
    const not = one => typeof one === 'boolean' ? !one : null;
    if (op === 'is') return rest[0];
    if (op === 'name') return known(rest[0]);
    if (op === '=') return same(value(rest[0]), value(rest[1]));
    if (op === '!=') return not(same(value(rest[0]), value(rest[1])));
    if (op === 'not') return not(value(rest[0]));
    if (op === 'in') { const one = value(rest[0]); return rest.slice(1).some(test => same(one, value(test)) === true); }
    if (op === 'and' || op === 'or') {
      const stop = op === 'or', found = rest.map(value);
      return found.includes(stop) ? stop : found.every(one => one === !stop) ? !stop : null;
    }
    const [a, b] = rest.map(value);
    if (typeof a !== 'number' || typeof b !== 'number') return null;
    return op === '<' ? a < b : op === '<=' ? a <= b : op === '>' ? a > b : a >= b;
  };

  // A date in three boxes, as on the hall's other pages: a browser's own picker speaks the browser's language.
  const dateBoxes = (id, about = '') => {
    const lang = (supply && supply.lang) || document.documentElement.lang;
    const months = [...Array(12).keys()].map(n => [String(n + 1), new Intl.DateTimeFormat(lang, { month: 'long' }).format(new Date(2024, n, 1))]);
    const box = (part, size) => h('input', { class: size, id: `${id}-${part}`, inputmode: 'numeric', autocomplete: 'off', 'aria-describedby': about || null });
    const [day, year] = [box('day', 'w4'), box('year', 'w4')];
    const month = h('select', { class: 'w10', id: `${id}-month` }, h('option', { value: '' }), ...months.map(([value, name]) => h('option', { value }, name)));
    const part = (words, control) => h('div', {}, h('label', { for: control.id }, say(words)), control);
    const element = h('div', { class: 'parts' }, part('day', day), part('month', month), part('year', year));
    const value = () => {
      const parts = [year, month, day].map(one => one.value.trim());
      if (!parts.some(Boolean)) return '';
      const iso = `${parts[0].padStart(4, '0')}-${parts[1].padStart(2, '0')}-${parts[2].padStart(2, '0')}`, found = new Date(`${iso}T00:00:00Z`);
      return /^\d{4}-\d\d-\d\d$/.test(iso) && !Number.isNaN(Number(found)) && found.toISOString().startsWith(iso) ? iso : '?';
    };
    const keep = () => [day, month, year].map(one => one.value), put = kept => [day, month, year].forEach((one, place) => { one.value = kept[place]; });
    return { element, value, keep, put, clear: () => put(['', '', '']), first: day };
  };

  // ---- one question: its element, what it holds, what is wrong with it
  const today = () => { const now = new Date(); return new Date(now - now.getTimezoneOffset() * 6e4).toISOString().slice(0, 10); };
  const small = async file => {  // a large photo goes smaller where a JPEG will do
    if (file.size <= 2e6 || !/^image/.test(file.type)) return file;
    try {
      const picture = await createImageBitmap(file), canvas = h('canvas'), scale = Math.min(1, 2000 / Math.max(picture.width, picture.height));
      canvas.width = picture.width * scale; canvas.height = picture.height * scale;
      canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
      const made = await new Promise(done => canvas.toBlob(done, 'image/jpeg', .8));
      return made && made.size < file.size ? new File([made], file.name.replace(/\.\w+$/, '') + '.jpg', { type: made.type }) : file;
    } catch { return file; }
  };
  const picker = control => {  // a file by its own name, as on the hall's other pages
    const told = h('output', { for: control.id }, say('no_file'));
    control.addEventListener('change', () => { told.textContent = [...control.files].map(file => file.name).join(', ') || say('no_file'); });
    return h('span', { class: 'pick' }, control, h('b', { 'aria-hidden': 'true' }, say('choose_file')), told);
  };
  const FEW = 7, NUMBERS = ['nik', 'kk', 'nip', 'npwp', 'integer', 'phone'];
  // A day by rule, as a form writes its limits; what counts working days is judged by the hall, whose calendar knows them.
  const dayOf = (rule, none) => {
    const found = /^today(?:\s*([+-])\s*(\d+)\s+(day|week|month|year|working-day)s?)?$/.exec(rule || '');
    if (!found) return rule || none;
    if (found[3] === 'working-day') return none;
    const day = new Date(`${today()}T00:00:00Z`), amount = Number(`${found[1] || '+'}${found[2] || 0}`), of = day.getUTCDate();
    if (/month|year/.test(found[3])) {
      day.setUTCDate(1); day.setUTCMonth(day.getUTCMonth() + amount * (found[3] === 'year' ? 12 : 1));
      day.setUTCDate(Math.min(of, new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate()));
    } else day.setUTCDate(of + amount * (found[3] === 'week' ? 7 : 1));
    return day.toISOString().slice(0, 10);
  };
  const told = asked => {  // words that ask for nothing
    const element = h('div', { class: 'field info' }, asked.label ? h('p', {}, h('strong', {}, asked.label)) : '', ...(asked.help || '').split('\n').map(line => h('p', {}, line)));
    return { asked, id: asked.name, element, files: () => [], focus: () => {}, value: () => null, keep: () => null, put: () => {}, judge: () => true, wrong: () => true };
  };
  const boxesOf = (asked, options) => Boolean((options && options.length <= FEW) || asked.kind === 'choices');
  const question = (asked, prefix = '') => {
    if (asked.kind === 'info') return told(asked);
    if (asked.kind === 'worked') return told({ ...asked, help: say('worked') });
    const id = prefix + asked.name, hint = asked.help ? h('p', { class: 'hint', id: `${id}-hint` }, asked.help) : null;
    const fault = h('p', { class: 'fault', id: `${id}-fault`, hidden: true });
    const label = [asked.label, asked.required || asked.true ? '' : h('span', { class: 'optional' }, ` ${say('optional')}`)];
    const about = `${hint ? `${id}-hint ` : ''}${id}-fault`;
    const made = { asked, id, fault, files: () => [], focus: () => control.focus() };
    const several = asked.kind === 'files', file = several || asked.kind === 'file';
    let control; const options = asked.options || (asked.kind === 'boolean' && !asked.true ? [['true', say('yes')], ['false', say('no')]] : null);
    if (asked.kind === 'group') {
      const rows = h('div'), list = [];
      const [least, most] = asked.rows || [0, 0];
      const add = () => {
        const row = { inside: asked.fields.map(one => one) };
        const close = h('button', { type: 'button', class: 'linkish' }, say('remove'));
        row.element = h('fieldset', { class: 'rowset' }, h('legend', {}, asked.item || asked.label));
        list.push(row); draw(); rows.append(row.element);
        close.addEventListener('click', () => { list.splice(list.indexOf(row), 1); row.element.remove(); draw(); made.element.dispatchEvent(new Event('input', { bubbles: true })); });
        row.close = close;
      };
      const draw = () => list.forEach((row, place) => {
        const before = row.asked ? row.asked.map(one => one.keep()) : [];
        row.asked = row.inside.map(one => question(one, `${id}-${place}-`));
        row.element.replaceChildren(h('legend', {}, `${asked.item || asked.label} ${place + 1}`), ...row.asked.map(one => one.element), list.length > (least || 0) ? row.close || '' : '');
        row.asked.forEach((one, number) => before[number] !== undefined && one.put(before[number]));
      });
      control = h('button', { type: 'button', class: 'button quiet' }, asked.add || say('add', { item: asked.item || asked.label }));
      control.addEventListener('click', () => { if (!most || list.length < most) { add(); list.at(-1).asked[0].focus(); } });
      made.element = h('fieldset', { class: 'field', id }, h('legend', {}, ...label), hint, fault, rows, control);
      for (let n = 0; n < (least || 0); n++) add();
      made.value = () => list.length ? list.map(row => Object.fromEntries(row.asked.map(one => [one.asked.name, one.value()]).filter(([, value]) => value !== null))) : null;
      made.keep = () => list.map(row => row.asked.map(one => one.keep()));
      made.put = kept => { while (list.length < kept.length) add(); kept.forEach((row, place) => row.forEach((one, number) => one !== undefined && list[place].asked[number].put(one))); };
      made.files = () => list.flatMap(row => row.asked.flatMap(one => one.files()));
      made.judge = () => {
        let good = list.length >= (least || 0);
        made.wrong(good ? '' : say('rows', { least }));
        list.forEach(row => row.asked.forEach(one => { if (!one.judge()) good = false; }));
        return good;
      };
    } else if (asked.true || (options && options.length <= FEW) || asked.kind === 'choices') {
      const kind = asked.true || asked.kind === 'choices' ? 'checkbox' : 'radio', pairs = asked.true ? [['true', asked.label]] : options;
      const boxes = pairs.map(([value, words], number) => h('input', { type: kind, id: number ? `${id}-${number + 1}` : id, name: id, value, 'aria-describedby': about }));
      const lines = boxes.map((one, number) => h('div', { class: 'choice' }, one, h('label', { for: one.id }, pairs[number][1])));
      [control] = boxes;
      made.element = asked.true ? h('div', { class: 'field' }, fault, ...lines) : h('fieldset', { class: 'field' }, h('legend', {}, ...label), hint, fault, ...lines);
      const ticked = () => boxes.filter(one => one.checked).map(one => one.value);
      made.value = () => asked.true ? boxes[0].checked || null : asked.kind === 'choices' ? (ticked().length ? ticked() : null)
        : asked.kind === 'boolean' ? (ticked().length ? ticked()[0] === 'true' : null) : ticked()[0] || null;
      made.keep = ticked; made.put = kept => boxes.forEach(one => { one.checked = kept.includes(one.value); });
    } else if (asked.kind === 'date') {
      const boxes = dateBoxes(id, about);
      control = boxes.first;
      made.element = h('fieldset', { class: 'field' }, h('legend', {}, ...label), hint, fault, boxes.element);
      made.value = () => boxes.value() || null;
      made.keep = boxes.keep; made.put = boxes.put;
    } else {
      const common = { id, name: id, autocomplete: 'off', 'aria-describedby': about };
      if (options && options.length > 200) {
        const list = h('datalist', { id: `${id}-list` }, ...options.map(([value, words]) => h('option', { value: `${value} ${words}` })));
        control = h('input', { ...common, list: `${id}-list` });
        made.extra = list;
      } else if (options) control = h('select', { ...common, class: 'w24' }, h('option', { value: '' }, say('choose')), ...options.map(([value, words]) => h('option', { value }, words)));
      else if (asked.kind === 'text') control = h('textarea', { ...common, rows: 3 });
      else if (file) control = h('input', { ...common, type: 'file', accept: asked.accept, ...(several ? { multiple: '' } : {}) });
      else control = h('input', { ...common, type: { email: 'email', phone: 'tel' }[asked.kind] || 'text',
        inputmode: NUMBERS.includes(asked.kind) ? 'numeric' : ['number', 'money'].includes(asked.kind) ? 'decimal' : null });
      const timed = asked.kind === 'time' ? h('p', { class: 'hint' }, say('time_hint')) : null;
      made.element = h('div', { class: 'field' }, h('label', { for: id }, ...label), hint || timed, fault, file ? picker(control) : control, made.extra, asked.unit ? h('span', { class: 'soft' }, ` ${asked.unit}`) : null);
      const typed = () => {
        const value = control.value.trim();
        if (asked.digits || asked.kind === 'npwp') return value.replace(/[\s.-]/g, '');
        return options && options.length > 200 ? value.split(' ')[0] : value;
      };
      made.value = () => {
        const value = typed();
        if (file || !value) return null;
        if (asked.kind === 'integer') return /^-?\d+$/.test(value) ? Number(value) : value;
        if (['number', 'money'].includes(asked.kind)) return value.replace(',', '.');
        return value;
      };
      made.keep = () => several ? [...control.files] : file ? control.files[0] : control.value;
      made.put = kept => {
        if (!file) { control.value = kept; return; }
        const held = new DataTransfer();
        for (const one of [kept].flat()) if (one) held.items.add(one);
        control.files = held.files; control.dispatchEvent(new Event('change'));
      };
      if (file) made.files = () => [...control.files].map(one => ({ place: id, file: one }));
      made.narrow = known => { for (const one of control.options || []) one.hidden = one.disabled = Boolean(one.value) && !fits(one.value, known); };
    }
    let around = {};
    const fits = (code, known) => !asked.narrowed || Object.entries(asked.narrowed).every(([column, name]) => (asked.options_of[code] || {})[column] === known[name]);
    made.settle = known => {  // what other answers make of this question
      around = known;
      made.needed = Boolean(asked.needed_when) && truth(asked.needed_when, known) === true;
      if (asked.narrowed && made.narrow) made.narrow(known);
    };
    if (asked.default !== undefined && asked.kind !== 'date') made.put(boxesOf(asked, options) ? [asked.default].flat().map(String) : String(asked.default));
    made.wrong = words => {
      fault.textContent = words; fault.hidden = !words; made.element.classList.toggle('faulty', Boolean(words));
      if (words) control.setAttribute('aria-invalid', 'true'); else control.removeAttribute('aria-invalid');
      return !words;
    };
    made.judge ||= () => {
      const value = made.value(), chosen = made.files(), most = Math.max(asked.bytes, chosen.some(each => /^image/.test(each.file.type)) ? 15e6 : 0);
      if (value === null && !chosen.length) return made.wrong(asked.required || asked.true || made.needed ? say('required') : '');
      if (several && chosen.length > asked.several) return made.wrong(say('max', { limit: asked.several }));
      if (chosen.length) return made.wrong(asked.bytes && chosen.some(each => each.file.size > most) ? say('big') : '');
      const number = Number(value);
      if (['integer', 'number', 'money'].includes(asked.kind)) {
        if (Number.isNaN(number)) return made.wrong(say('number'));
        if (asked.min !== undefined && number < Number(asked.min)) return made.wrong(say('min', { limit: asked.min }));
        if (asked.max !== undefined && number > Number(asked.max)) return made.wrong(say('max', { limit: asked.max }));
      } else if (typeof value === 'string') {
        if (asked.digits && !new RegExp(`^\\d{${asked.digits}}$`).test(value)) return made.wrong(say('digits', { count: asked.digits }));
        if (asked.kind === 'time' && !/^([01]?\d|2[0-3])[.:][0-5]\d$/.test(value)) return made.wrong(say('time'));
        if (asked.kind === 'date' && value === '?') return made.wrong(say('date'));
        if (asked.kind === 'date' && (dayOf(asked.latest, '9') < value)) return made.wrong(say('late'));
        if (asked.kind === 'date' && dayOf(asked.earliest, '') > value) return made.wrong(say('early'));
        if (asked.kind === 'phone' && value.replace(/\D/g, '').length < 8) return made.wrong(say('number'));
        if (asked.shortest && value.length < asked.shortest) return made.wrong(say('short', { count: asked.shortest }));
        if (asked.longest && value.length > asked.longest) return made.wrong(say('long', { count: asked.longest }));
        if (asked.pattern && !new RegExp(asked.pattern, 'u').test(value)) return made.wrong(asked.wrong || say('pattern'));
        if (!fits(value, around)) return made.wrong(say('choose'));
        if (options && options.length > FEW && !options.some(([code]) => code === value)) return made.wrong(say('choose'));
      }
      return made.wrong('');
    };
    return made;
  };
  const judgeAll = list => {
    const bad = list.filter(one => !one.judge());
    $('kabar').hidden = true;
    if (bad.length) { tell(say('fault', { count: bad.length }), 'bad'); bad[0].focus(); }
    return !bad.length;
  };

  // ---- a form half filled: sealed as it is typed, so that a device that dies in the middle of it loses nothing
  const parts = new WeakMap();  // of a file, sealed once however often the form around it is
  const sealFile = async file => {
    if (!parts.has(file)) parts.set(file, { head: await sealed({ name: file.name, type: file.type }), body: await seal(await file.arrayBuffer()) });
    return parts.get(file);
  };
  let half = null, writing = Promise.resolve();  // a look that waits, and the writing that is under way
  const keepHalf = () => {
    clearTimeout(half);
    half = setTimeout(() => { writing = writing.then(writeHalf, writeHalf); }, 300);
  };
  const writeHalf = async () => {
    if (!key || ($('siapa').hidden && $('isian').hidden && $('periksa').hidden)) return;
    const state = {
      at: Date.now(), title: service ? service.title : '', service: ($('kartu').querySelector('[name=service]:checked') || {}).value || '', filling: $('siapa').hidden,
      card: cardFacts(), born: born.keep(), seen: $('seen').checked,
      answers: Object.fromEntries(asks.flatMap(page => page.asked.map(one => [one.asked.name, one.keep()]))),
    }, files = [];
    const told = JSON.stringify(state, (_, value) => value instanceof File ? { $file: files.push(value) - 1 } : value);
    const kept = [];
    for (const file of files) kept.push(await sealFile(file));
    const body = await seal(bytes(told));
    if (key) await put('sealed', { id: 'half', ...body, files: kept });
  };
  const dropHalf = async () => { clearTimeout(half); await writing.catch(() => {}); await drop('sealed', 'half'); };
  const readHalf = async () => {
    const row = await get('sealed', 'half');
    if (!row) return null;
    const files = [];
    for (const one of row.files) { const head = await read(one.head); files.push(new File([await unseal(one.body)], head.name, { type: head.type })); }
    return JSON.parse(text(await unseal(row)), (_, value) => value && value.$file !== undefined ? files[value.$file] : value);
  };
  const resume = async () => {
    const kept = await readHalf();
    if (!kept) return home();
    begin();
    for (const one of cardFields()) if (one.type === 'radio') one.checked = one.value === (one.name === 'service' ? kept.service : kept.card[one.name]); else if (one.type !== 'checkbox') one.value = kept.card[one.name] || '';
    born.put(kept.born); $('seen').checked = kept.seen;
    if (!kept.filling || !judgeCard()) return;
    fill();
    asks.forEach(page => page.asked.forEach(one => { const value = kept.answers[one.asked.name]; if (value !== undefined && value !== null) one.put(value); }));
    follow();
  };

  // ---- the day
  let asks = [], card = {}, service = null, shown = [];
  const cardFields = () => [...$('kartu').querySelectorAll('[name]')];
  let born = null;
  const readCard = () => ({ ...cardFacts(), birth_date: born.value() });
  const cardFacts = () => Object.fromEntries(cardFields().filter(one => one.type !== 'radio' && one.type !== 'checkbox').map(one => [one.name, one.value.trim()]).concat([['sex', ($('kartu').querySelector('[name=sex]:checked') || {}).value || '']]));
  const left = async () => { const used = new Set((await all('numbers')).map(row => row.id)); return supply.numbers.map((_, index) => index).filter(index => !used.has(index)); };

  const draw = async () => {
    const [lying, done, free] = [await waiting(), await all('done'), await left()];
    $('hitung').textContent = `${say('left', { count: free.length })} · ${say('waiting', { count: lying.length })}`;
    const list = $('daftar');
    list.replaceChildren();
    for (const row of lying) {
      const told = await read(row);
      list.append(h('li', { class: 'card' }, h('b', {}, told.number), ` ${told.title} · ${told.card.name}`, h('br'), h('small', { class: 'soft' }, new Date(told.taken).toLocaleString(supply.lang)), row.why ? h('p', { class: 'fault' }, row.why) : ''));
    }
    for (const row of done) list.append(h('li', { class: 'card' }, h('b', {}, row.number), ' ', row.state === 'opened' ? say('sent') : `${say('tray')} ${row.why}`));
    $('daftar-kosong').hidden = lying.length + done.length > 0;
    $('terima').disabled = !free.length;
    $('simpan').hidden = !lying.length;
    $('kirim').hidden = !lying.length;
    const begun = await readHalf();
    $('separuh').hidden = !begun;
    if (begun) $('separuh-isi').textContent = [begun.title, begun.card.name, new Date(begun.at).toLocaleString(supply.lang)].filter(Boolean).join(' · ');
    $('tutup').hidden = lying.length > 0 || Boolean(begun);
    await note();
  };
  const home = async () => { await draw(); show('loket'); };

  const begin = () => {
    $('kartu').reset();
    if (!born) { born = dateBoxes('birth_date'); $('birth_date').append(born.element); }
    born.clear();
    const closed = supply.closed.includes(today()), list = $('layanan');
    $('libur').hidden = !closed;
    list.replaceChildren(...supply.services.map((one, number) => h('div', { class: 'choice' }, h('input', { type: 'radio', name: 'service', id: `service-${number}`, value: one.id, required: true }), h('label', { for: `service-${number}` }, one.title, h('br'), h('span', { class: 'hint' }, one.summary)))));
    if (!$('village').options.length) $('village').append(h('option', { value: '' }, say('choose')), ...supply.villages.map(([code, name]) => h('option', { value: code }, name)));
    $('kartu').querySelectorAll('.faulty').forEach(one => one.classList.remove('faulty'));
    $('kartu').querySelectorAll('.fault').forEach(one => one.remove());
    asks = []; service = null;
    tell('');
    show('siapa');
  };
  const mark = (control, words) => {
    const field = control.closest('.field');
    field.querySelectorAll('.fault').forEach(one => one.remove());
    field.classList.toggle('faulty', Boolean(words));
    const head = field.querySelector(':scope > label,:scope > legend'), said = h('p', { class: 'fault' }, words);
    if (words && head) head.after(said); else if (words) field.prepend(said);
    return !words;
  };
  const judgeCard = () => {
    card = readCard(); card.nik = card.nik.replace(/[\s.-]/g, '');
    const picked = $('kartu').querySelector('[name=service]:checked');
    service = picked && supply.services.find(one => one.id === picked.value);
    const needed = new Set(['name', 'birth_date', ...(service ? service.printed : [])]);
    const checks = [['nik', /^\d{16}$/.test(card.nik) ? '' : say('digits', { count: 16 })]];
    for (const name of ['name', 'birth_place', 'birth_date', 'address']) checks.push([name, needed.has(name) && !card[name] ? say('required') : name === 'birth_date' && card[name] === '?' ? say('date') : name === 'birth_date' && card[name] > today() ? say('late') : '']);
    const bad = checks.filter(([name, words]) => !mark($(name), words)).map(([name]) => name === 'birth_date' ? born.first : $(name));
    if (!mark($('layanan'), service ? '' : say('required'))) bad.push($('layanan').querySelector('input'));
    if (!mark($('seen'), $('seen').checked ? '' : say('required'))) bad.push($('seen'));
    if (bad.length) { tell(say('fault', { count: bad.length }), 'bad'); bad[0].focus(); }
    return !bad.length;
  };
  const known = name => {
    if (name.startsWith('applicant.')) return card[name.slice(10)] || null;
    const one = shown.find(each => each.asked.name === name);
    return one ? one.value() : null;
  };
  const follow = () => {
    shown = [];
    for (const page of asks) {
      const on = !page.when || truth(page.when, known) === true;
      page.element.hidden = !on;
      for (const one of page.asked) {
        const asked = on && (!one.asked.when || truth(one.asked.when, known) === true);
        one.element.hidden = !asked;
        if (one.settle) one.settle(known);
        if (asked) shown.push(one);
      }
    }
  };
  const fill = () => {
    const told = name => service.card[name] && card[service.card[name]];
    asks = service.pages.map(page => {
      const asked = page.fields.filter(one => !told(one.name)).map(one => question(one, 'f-'));
      return { when: page.when, asked, element: h('section', {}, page.title ? h('h2', {}, page.title) : '', ...asked.map(one => one.element)) };
    });
    $('pertanyaan').replaceChildren(...asks.filter(page => page.asked.length).map(page => page.element));
    $('isian-judul').textContent = service.title;
    $('isian-nama').textContent = card.name;
    follow();
    tell('');
    show('isian');
  };
  const words_of = one => {
    const value = one.value();
    if (one.files().length) return one.files().map(each => each.file.name).join(', ');
    if (Array.isArray(value) && one.asked.kind === 'group') return value.map(row => Object.values(row).join(' · ')).join('; ');
    if (one.asked.kind === 'date' && value) return new Date(`${value}T00:00:00Z`).toLocaleDateString(supply.lang, { dateStyle: 'long', timeZone: 'UTC' });
    const name = code => { const found = (one.asked.options || []).find(([each]) => each === code); return found ? found[1] : code === true ? say('yes') : code === false ? say('no') : String(code); };
    return value === null ? '—' : Array.isArray(value) ? value.map(name).join(', ') : name(value);
  };
  const fact = (label, value) => h('div', {}, h('dt', {}, label), h('dd', {}, value));
  const review = () => {
    follow();
    if (!judgeAll(shown)) return;
    const village = supply.villages.find(([code]) => code === card.village);
    $('ringkasan').replaceChildren(fact(say('service'), service.title), fact('NIK', card.nik), fact(say('name'), card.name), ...(card.address ? [fact($('address').labels[0].textContent, `${card.address}${village ? `, ${village[1]}` : ''}`)] : []), ...shown.map(one => fact(one.asked.label, words_of(one))));
    show('periksa');
  };

  // A number is taken by adding its place: a second window on the same device loses that race and takes the next one.
  const number = async () => {
    for (const index of await left()) {
      try { await act(['numbers'], 'readwrite', to => to.add({ id: index })); return supply.numbers[index]; } catch { /* taken in this very moment */ }
    }
    return null;
  };
  const store = async () => {
    const one = await number();
    if (!one) return tell(say('none_left'), 'bad');
    const now = Date.now(), kept = await get('meta', 'key'), back = now < (kept.last || 0) - 120000;
    const answers = Object.fromEntries(shown.map(each => [each.asked.name, each.value()]).filter(([, value]) => value !== null));
    for (const [name, from] of Object.entries(service.card)) if (card[from]) answers[name] = card[from];
    const spelled = `${service.short}-${one.code.slice(0, 4)}-${one.code.slice(4)}`;
    const told = { id: crypto.randomUUID(), supply: supply.supply, service: service.id, key: service.key, title: service.title, number: spelled, code: one.track, taken: new Date(now).toISOString(), back, card, answers, qr: one.qr[service.short] };
    const files = [];
    for (const each of shown.flatMap(asked => asked.files())) {
      const file = await small(each.file);
      files.push({ head: await sealed({ place: each.place.replace(/^f-/, ''), name: file.name, type: file.type }), body: await seal(await file.arrayBuffer()) });
    }
    await put('cases', { id: told.id, at: now, ...(await sealed(told)), files });
    await put('meta', { ...kept, last: Math.max(now, kept.last || 0) });
    await dropHalf();
    receipt(told);
    await draw();
    show('tanda');
  };
  const receipt = told => {
    const [side, bits] = told.qr.split(':'), data = raw(bits), size = Number(side);
    let path = '';
    for (let i = 0; i < size * size; i++) if (data[i >> 3] >> (7 - i % 8) & 1) path += `M${i % size} ${Math.floor(i / size)}h1v1h-1z`;
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), drawn = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    svg.setAttribute('viewBox', `-4 -4 ${size + 8} ${size + 8}`); svg.setAttribute('role', 'img'); svg.setAttribute('aria-label', say('track'));
    drawn.setAttribute('d', path); svg.append(drawn);
    $('tanda-qr').replaceChildren(svg);
    $('tanda-nomor').textContent = told.number;
    $('tanda-kode').textContent = told.code;
    $('tanda-isi').replaceChildren(fact(say('service'), told.title), fact(say('name'), told.card.name), fact(say('received'), new Date(told.taken).toLocaleString(supply.lang, { dateStyle: 'long', timeStyle: 'short' })));
  };

  // ---- the line
  const line = async () => {
    const answer = await fetch(at + 'garis/', { cache: 'no-store' });
    if (answer.redirected || !/json/.test(answer.headers.get('content-type') || '')) throw new Error('sign_in');
    return answer.json();
  };
  const post = async (where, fields) => {
    const { csrf } = await line(), data = new FormData();
    for (const [name, value, file] of fields) if (file) data.append(name, value, file); else data.append(name, value);
    const answer = await fetch(at + where, { method: 'POST', body: data, headers: { 'X-CSRFToken': csrf } });
    if (answer.redirected || !/json/.test(answer.headers.get('content-type') || '')) throw new Error(answer.status >= 500 ? 'failed' : 'sign_in');
    return { status: answer.status, told: await answer.json() };
  };
  const opened_of = async row => {
    const told = await read(row), files = [];
    for (const file of row.files || []) files.push({ ...(await read(file.head)), data: await unseal(file.body) });
    return { told, files };
  };
  let busy = false;
  const send = async quiet => {
    if (busy || !key) return;
    busy = true;
    try {
      const rows = await waiting();
      if (rows.length && !quiet) tell(say('sending'));
      for (const row of rows) {
        const { told, files } = await opened_of(row);
        const { title, qr, ...plain } = told, body = JSON.stringify({ ...plain, sent: new Date().toISOString() });
        const { told: answer } = await post('kirim/', [['told', body], ...files.map(one => [one.place, new Blob([one.data], { type: one.type }), one.name])]);
        if (answer.state) await act(['cases', 'done'], 'readwrite', (cases, done) => { done.put({ id: told.id, number: answer.number, state: answer.state, why: answer.why }); return cases.delete(told.id); });
        else await put('cases', { ...row, why: answer.why || say('failed') });
      }
      const still = (await all('cases')).length;
      if (rows.length) tell(still ? say('unsent', { count: still }) : say('all_sent'), still ? 'warn' : 'ok');
    } catch (error) {
      if (!quiet) tell(say(['sign_in', 'failed'].includes(error.message) ? error.message : 'no_line'), 'warn');
    } finally {
      busy = false;
      await draw();
    }
  };
  const close = async () => {
    try {
      const { status, told } = await post('kembali/', [['supply', supply.supply], ['why', 'evening'], ['json', '1'], ['command', crypto.randomUUID()]]);
      if (status !== 200 && told.refused !== 'supply-returned') return tell(told.why, 'bad');
      await wipe();
      tell(say('returned', { count: told.unused || 0 }), 'ok');
      show('kosong');
    } catch (error) { tell(say(error.message === 'sign_in' ? 'sign_in' : 'no_line'), 'warn'); }
  };

  // A file for the hall alone: an ephemeral key, the supply's public key, and what waits, sealed under what only the two can work out.
  const save = async () => {
    const told = [];
    for (const row of await waiting()) {
      const one = await opened_of(row), { title, qr, ...plain } = one.told;
      told.push({ ...plain, sent: new Date().toISOString(), files: one.files.map(file => ({ place: file.place, name: file.name, type: file.type, data: b64(file.data) })) });
    }
    const curve = { name: 'ECDH', namedCurve: 'P-256' }, mine = await crypto.subtle.generateKey(curve, false, ['deriveBits']);
    const theirs = await crypto.subtle.importKey('raw', raw(supply.key), curve, false, []);
    const shared = await crypto.subtle.importKey('raw', await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, mine.privateKey, 256), 'HKDF', false, ['deriveKey']);
    const salt = Uint8Array.from(supply.supply.replaceAll('-', '').match(/../g), pair => parseInt(pair, 16)), iv = random(12);
    const made = await crypto.subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt, info: bytes('balai-loket-1') }, shared, { name: 'AES-GCM', length: 256 }, false, ['encrypt']);
    const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: salt }, made, bytes(JSON.stringify(told)));
    const file = JSON.stringify({ balai: 'loket-1', supply: supply.supply, key: b64(await crypto.subtle.exportKey('raw', mine.publicKey)), iv: b64(iv), data: b64(data) });
    const link = h('a', { href: URL.createObjectURL(new Blob([file], { type: 'application/json' })), download: `loket-${today()}.balai` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    tell(say('saved', { count: told.length }), 'ok');
  };

  // ---- the pages
  const stockUp = form => {
    form.hidden = false;
    const fault = words => { $('kabar').textContent = words; $('kabar').hidden = !words; };
    form.addEventListener('submit', async event => {
      event.preventDefault(); event.stopPropagation();
      const [first, second] = [$('pin').value, $('pin2').value];
      if (!/^\d{6,12}$/.test(first)) return fault(form.dataset.short);
      if (first !== second) return fault(form.dataset.differs);
      if ((await all('cases')).length || await get('sealed', 'half')) return fault(form.dataset.unsent);
      form.querySelector('button').disabled = true;
      fault(form.dataset.drawing);
      try {
        const former = await get('meta', 'key');  // what this device holds already goes back first
        if (former && former.supply) await post('kembali/', [['supply', former.supply], ['why', 'evening'], ['json', '1'], ['command', crypto.randomUUID()]]);
        const data = new FormData(form);
        data.delete('pin'); data.delete('pin2');
        data.set('device', new Date().toISOString());
        const answer = await fetch(form.action, { method: 'POST', body: data }), stock = await answer.json();
        if (!answer.ok) throw new Error(stock.why);
        await lay(first, stock);
        const worker = await navigator.serviceWorker.register(at + 'pekerja.js', { scope: at });
        await navigator.serviceWorker.ready;
        const from = worker.active || worker.waiting || worker.installing;
        await new Promise(done => { const wire = new MessageChannel(); wire.port1.onmessage = done; from.postMessage('keep', [wire.port2]); setTimeout(done, 60000); });
        location.href = form.dataset.day;
      } catch (error) {
        form.querySelector('button').disabled = false;
        form.querySelector('[name=command]').value = crypto.randomUUID();
        fault(error instanceof SyntaxError || error instanceof TypeError ? form.dataset.failed : error.message);
      }
    });
  };
  const onDay = async () => {
    const leaving = new URLSearchParams(location.search).has('keluar'), has = await get('meta', 'key');
    if (leaving && has) { $('keluar-hitung').textContent = say('leave', { count: (await all('cases')).length + (await get('sealed', 'half') ? 1 : 0) }); show('keluar'); }
    else show(has ? 'kunci' : 'kosong');
    $('hapus').addEventListener('submit', async event => { if ($('hapus').dataset.wiped) return; event.preventDefault(); event.stopPropagation(); await wipe(); $('hapus').dataset.wiped = '1'; $('hapus').submit(); });
    $('kunci-form').addEventListener('submit', async event => {
      event.preventDefault();
      const button = $('kunci-form').querySelector('button');
      button.disabled = true;
      const came = await unlock($('pin').value);
      $('pin').value = '';
      button.disabled = false;
      if (came === 'wiped' || came === 'none') { tell(say(came === 'wiped' ? 'wiped' : 'empty'), 'bad'); return show('kosong'); }
      if (came) { tell(`${say('wrong_pin')} ${say('left_tries', { count: came })}`, 'bad'); return $('pin').focus(); }
      tell('');
      await home();
      send(true);
    });
    $('terima').addEventListener('click', async () => { if (!await get('sealed', 'half')) return begin(); tell(say('half'), 'warn'); $('lanjut').focus(); });
    $('lanjut').addEventListener('click', resume);
    $('buang').addEventListener('click', async () => { if (!confirm(say('half_drop'))) return; await dropHalf(); await home(); });
    for (const form of ['kartu', 'isian-form']) for (const name of ['input', 'change']) $(form).addEventListener(name, keepHalf);
    $('kartu').addEventListener('submit', event => { event.preventDefault(); if (judgeCard()) { fill(); keepHalf(); } });
    $('isian-form').addEventListener('input', follow);
    $('isian-form').addEventListener('change', follow);
    $('isian-form').addEventListener('submit', event => { event.preventDefault(); review(); });
    $('simpan-permohonan').addEventListener('click', async () => { $('simpan-permohonan').disabled = true; try { await store(); } finally { $('simpan-permohonan').disabled = false; } });
    document.querySelectorAll('[data-to]').forEach(by => by.addEventListener('click', () => by.dataset.to === 'loket' ? home() : show(by.dataset.to)));
    $('kirim').addEventListener('click', () => send(false));
    $('simpan').addEventListener('click', save);
    $('tutup').addEventListener('click', close);
    $('kunci-lagi').addEventListener('click', () => { key = null; supply = null; $('daftar').replaceChildren(); show('kunci'); });
    addEventListener('online', () => send(true));
    setInterval(() => { if (key && navigator.onLine) all('cases').then(rows => rows.length && send(true)); }, 60000);
    const state = () => { $('garis').textContent = navigator.onLine ? $('garis').dataset.on : $('garis').dataset.off; };
    addEventListener('online', state); addEventListener('offline', state); state();
    addEventListener('beforeunload', event => { if (!$('isian').hidden || !$('periksa').hidden) event.preventDefault(); });
  };
  addEventListener('DOMContentLoaded', () => {
    const form = $('ambil'), need = document.querySelectorAll('[data-needs]');
    if (!can()) return;
    need.forEach(one => { one.hidden = true; });
    if (form) { stockUp(form); note().then(n => { const has = $('di-perangkat'); if (has) get('meta', 'key').then(kept => { has.hidden = !kept; }); }); }
    if (box) onDay();
  });
})();
