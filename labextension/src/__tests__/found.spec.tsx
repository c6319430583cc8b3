import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { createRoot } from 'react-dom/client';
import { flushSync } from 'react-dom';
import { expect, it } from 'vitest';
import { PanelProvider } from '../views/context';
import { fetchCode, Found } from '../views/found';

it('shows of a stranger’s description the words, and nothing that acts or leads away', () => {
  const hostile =
    '<p onclick="alert(1)">Nice <b>words</b></p><script>alert(1)</script><img src="https://x.org/a.png" onerror="alert(1)">' +
    '<a href="javascript:alert(1)">link</a><style>p { display: none }</style><iframe src="https://x.org"></iframe>';
  const record: any = { id: '7', doi: '10.5281/zenodo.7', title: 'Rain', metadata: { description: hostile }, files: [], created: '', html_url: '' };
  const panel: any = {
    trans: nullTranslator.load(''),
    places: { repository: () => undefined, api: { landingPage: () => 'https://zenodo.org/records/7' } },
    getting: { found: { repository: 'zenodo', concept: false }, unticked: new Set() },
    insertCode: null
  };
  const host = document.createElement('div');
  flushSync(() => createRoot(host).render(<PanelProvider value={panel}><Found record={record} /></PanelProvider>));
  const said = host.querySelector('.zj-said')!;
  expect(said.innerHTML).toContain('<p>Nice <b>words</b></p>');
  expect(said.querySelector('script, img, a, style, iframe, [onclick]')).toBeNull();
  expect(said.textContent).not.toContain('alert');
});

it('writes code whose texts cannot end early', () => {
  expect(fetchCode('10.5281/zenodo.7', 'a"b\\.csv')).toContain('fetch("10.5281/zenodo.7", "a\\"b\\\\.csv")');
});
