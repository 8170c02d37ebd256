// Progressive enhancement only: every page works without this file.
(() => {
  const root = document.documentElement, one = (query, from = document) => from.querySelector(query);
  root.classList.add('js');
  const tell = (form, words) => {
    let state = one('[data-state]', form);
    if (!state && words) {
      form.append(state = document.createElement('p'));
      state.dataset.state = ''; state.className = 'fault'; state.setAttribute('role', 'status');
    }
    if (state) state.textContent = words;
  };
  const cut = form => tell(form, form.dataset.offline || (one('.langs') || form).dataset.cut || '');
  const online = form => navigator.onLine !== false || (cut(form), false);

  // Send a form in the background. Files go along only when one was just chosen.
  const send = (form, extra, progress) => new Promise((done, failed) => {
    const data = new FormData(form), request = new XMLHttpRequest();
    if (!progress) for (const input of form.querySelectorAll('input[type=file]')) data.delete(input.name);
    for (const name in extra) data.set(name, extra[name]);
    request.open('POST', form.action || location.href);
    request.setRequestHeader('X-Balai-Part', '1');
    if (progress) request.upload.onprogress = event => { progress.max = event.total; progress.value = event.loaded; };
    request.onload = () => request.status < 500 ? done(request) : failed();
    request.onerror = failed;
    request.send(data);
  });

  // What stands in a form's controls now: each choice ticked or not, each other control's value.
  const ticks = control => control.type === 'radio' || control.type === 'checkbox';
  const controls = form => [...form.elements].filter(c => c.name && c.type !== 'file' && c.type !== 'hidden' && c.type !== 'submit');
  const key = control => control.name + (ticks(control) ? '=' + control.value : '');
  const values = form => new Map(controls(form).map(c => [key(c), ticks(c) ? c.checked : c.value]));

  // The file that was chosen, by its own name; the browser's box says it in the browser's language.
  const called = input => {
    const told = one('output', input.parentNode);
    if (told) told.textContent = [...input.files].map(file => file.name).join(', ') || told.dataset.none;
  };
  document.querySelectorAll('input[type=file]').forEach(called);

  // A large photo goes smaller, upright as its camera says, where a JPEG will do; what cannot be drawn here goes as it is.
  const SMALL = 2e6;  // bytes
  const smaller = async (file, accept) => {
    if (file.size <= SMALL || !/image/.test(file.type) || !/jpeg/.test(accept)) return file;
    try {
      const picture = await createImageBitmap(file), canvas = document.createElement('canvas'), pen = canvas.getContext('2d');
      let made, scale = 2600 / Math.max(picture.width, picture.height, 2600);
      for (const quality of [.85, .7, .7]) {
        canvas.width = picture.width * scale; canvas.height = picture.height * scale;
        pen.fillStyle = '#fff'; pen.fillRect(0, 0, canvas.width, canvas.height);
        pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
        made = await new Promise(done => canvas.toBlob(done, 'image/jpeg', quality));
        if (made.size <= SMALL) break;
        if (quality < .8) scale *= .7;
      }
      return made.size < file.size ? new File([made], file.name.replace(/\.\w+$/, '') + '.jpg', { type: made.type }) : file;
    } catch { return file; }  // the server makes it smaller, or says why not
  };
  const shrink = async input => {
    const had = [...input.files], held = new DataTransfer();
    for (const file of had) held.items.add(await smaller(file, input.accept));
    if (had.some((file, at) => file !== held.files[at])) input.files = held.files;
  };

  // Ask the server which questions apply now, or keep a chosen file, and put its answer in place.
  // Whatever the person changed while the answer was under way stays as they changed it, and a file chosen meanwhile,
  // which has not gone along, stays chosen.
  const bars = new WeakMap(), unsaved = new Set(), picked = form => [...form.querySelectorAll('input[type=file]')].filter(input => input.files.length);
  const ask = async (form, source, progress) => {
    if (progress && !source.isConnected) return;  // it went along with another file
    if (progress) await source.smaller;
    const sent = values(form), gone = new Set(progress ? picked(form).map(input => input.files[0]) : []);
    try {
      const answer = await send(form, { refresh: '1' }, progress);
      const fresh = one('[data-live]', new DOMParser().parseFromString(answer.responseText, 'text/html'));
      if (!source) return form.querySelectorAll('output[data-worked]').forEach(at => at.textContent = fresh?.querySelector('#' + at.id).textContent);
      if (!fresh) return form.submit();
      const since = new Map([...values(form)].filter(([name, value]) => sent.get(name) !== value));
      const waiting = picked(form).filter(input => !gone.has(input.files[0]));
      const at = document.activeElement, back = at && at.id || source && source.id;
      one('[data-live]', form).replaceWith(fresh);
      for (const control of controls(form)) if (since.has(key(control))) {
        if (ticks(control)) control.checked = since.get(key(control)); else control.value = since.get(key(control));
      }
      for (const input of waiting) {
        const place = [...form.querySelectorAll('input[type=file]')].find(each => each.name === input.name);
        if (place) { place.replaceWith(input, ...(bars.has(input) ? [bars.get(input)] : [])); called(input); }
      }
      const target = back && document.getElementById(back);
      if (target) target.focus();
    } catch { unsaved.add(form); cut(form); if (progress) progress.remove(); }
  };

  // One after the other, so that each begins with what the one before it brought.
  const lines = new WeakMap(), soon = new WeakMap();
  const refresh = (form, source, progress) => {
    const line = Promise.resolve(lines.get(form)).then(() => ask(form, source, progress))
      .finally(() => { if (lines.get(form) === line) lines.delete(form); });
    lines.set(form, line);
  };

  const later = new WeakMap();
  const save = async form => {
    if (!online(form)) return unsaved.add(form);
    try {
      const answer = await send(form, { save: '1' });
      if (!/plain/.test(answer.getResponseHeader('Content-Type'))) throw 0;  // the way in, or a refusal: nothing was kept
      unsaved.delete(form);
      const waiting = picked(form).filter(input => !(bars.get(input) || {}).isConnected);
      if (waiting.length) waiting.forEach(upload); else if (!picked(form).length) tell(form, answer.responseText);
    } catch { unsaved.add(form); cut(form); }
  };

  // A file goes at once, with a bar that shows how far it is; one that could not go waits for the next time something is kept.
  const upload = input => {
    const bar = document.createElement('progress');
    bar.setAttribute('aria-label', input.files[0].name);
    if (bars.has(input)) bars.get(input).remove();
    bars.set(input, bar);
    input.after(bar);
    refresh(input.form, input, bar);
  };

  // How much of a text has room, once four fifths of it are full; nothing is cut, and the server refuses what is too long.
  const count = at => {
    const most = +at.dataset.most, got = [...at.value.trim()].length, near = got > most * .8;
    let told = at.nextElementSibling;
    if (!told || told.localName !== 'output') { if (!near) return; at.after(told = document.createElement('output')); }
    told.className = got > most ? 'fault' : 'hint';
    told.textContent = near ? [got, most].map(n => n.toLocaleString(root.lang)).join(' / ') : '';
  };
  document.querySelectorAll('[data-most]').forEach(count);

  document.addEventListener('change', event => {
    const { target } = event, form = target.form;
    if (target.type === 'file') { called(target); target.smaller = shrink(target); }
    if (!form || !one('[data-live]', form)) return;
    if (target.type === 'file' && target.files.length) upload(target);
    else if (target.closest('[data-asks]')) refresh(form, target);
  });
  document.addEventListener('input', event => {
    const form = event.target.form;
    if (event.target.dataset.most) count(event.target);
    if (form && event.target.closest('[data-asks]') && one('[data-worked]', form)) {
      clearTimeout(soon.get(form));
      soon.set(form, setTimeout(refresh, 500, form));  // what the server works out, as it is typed
    }
    if (!form || form.dataset.autosave === undefined) return;
    if (navigator.onLine === false) { unsaved.add(form); cut(form); }
    clearTimeout(later.get(form));
    later.set(form, setTimeout(save, 3000, form));
  });
  addEventListener('online', () => unsaved.forEach(save));
  addEventListener('beforeunload', event => { if (unsaved.size && navigator.onLine === false) event.preventDefault(); });

  // A second click sends nothing; without a connection the page stays, with all that was typed.
  document.addEventListener('submit', event => {
    const form = event.target, by = event.submitter;
    if (form.method !== 'post') return;
    if (form.dataset.sent || !online(form)) return event.preventDefault();
    form.dataset.sent = '1';
    clearTimeout(later.get(form));
    if (by) by.setAttribute('aria-disabled', 'true');
    const line = lines.get(form);
    if (!line || !form.requestSubmit) return;
    event.preventDefault();  // a file is still on its way: go on as soon as it is kept
    line.then(() => {
      delete form.dataset.sent;
      const again = !by || by.isConnected ? by : by.name && one(`button[name="${CSS.escape(by.name)}"]`, form);
      if (again) again.removeAttribute('aria-disabled');
      if (again || !by) form.requestSubmit(again);
    });
  });
  addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach(form => {
    delete form.dataset.sent;
    form.querySelectorAll('[aria-disabled]').forEach(by => by.removeAttribute('aria-disabled'));
  }));

  // What is still under way is looked at again, until the page says no more of it.
  const watch = () => setTimeout(async () => {
    const old = one('[data-refresh]');
    if (!old) return;
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html');
      const fresh = page.getElementById(old.id);
      if (fresh && !old.contains(document.activeElement)) old.replaceWith(fresh);
    } catch { /* the next look may find it */ }
    watch();
  }, 3000);
  watch();

  // A language that only leads away asks first where something was typed; a form that can be shown anew is sent along.
  const first = new WeakMap(), now = control => ticks(control) ? control.checked : control.value;
  document.querySelectorAll('select').forEach(control => first.set(control, control.value));
  const typed = control => now(control) !== (ticks(control) ? control.defaultChecked : first.has(control) ? first.get(control) : control.defaultValue);
  document.addEventListener('click', event => {
    const by = event.target.closest('[data-copy]');
    if (by) navigator.clipboard.writeText(document.getElementById(by.dataset.copy).textContent).then(() => { by.textContent = by.dataset.done; });
    if (event.target.closest('[data-print]')) print();
    const lost = event.target.closest('.langs a') && [...document.querySelectorAll('form[method=post]')].some(form => controls(form).some(typed));
    if (lost && !confirm(one('.langs').dataset.lose)) event.preventDefault();
  });
  document.querySelectorAll(navigator.clipboard ? '[data-print],[data-copy]' : '[data-print]').forEach(by => { by.hidden = false; });
  try {  // a phone that somebody called theirs: pages/assets/offline.js
    if (localStorage.getItem('ponsel') && !one('script[src$="/offline.js"]')) document.head.append(Object.assign(document.createElement('script'), { src: '/-/0/offline.js' }));
  } catch { /* nothing is kept here */ }
  if (navigator.serviceWorker) navigator.serviceWorker.register('/sw.js').catch(() => {});
  const focus = one('[data-focus]');
  if (focus) focus.focus();
})();
