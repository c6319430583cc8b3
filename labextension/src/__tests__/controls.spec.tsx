import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { createRoot } from 'react-dom/client';
import { flushSync } from 'react-dom';
import { expect, it } from 'vitest';
import { PanelProvider } from '../views/context';
import { Listed } from '../views/controls';

it('shows the beginning of a long list, says how long it is, and shows more of it at will', () => {
  const items = Array.from({ length: 250 }, (_, index) => `day ${index}`);
  const host = document.createElement('div');
  const list = <Listed items={items}>{item => <li key={item}>{item}</li>}</Listed>;
  flushSync(() => createRoot(host).render(<PanelProvider value={{ trans: nullTranslator.load('') } as never}>{list}</PanelProvider>));
  const more = () => flushSync(() => host.querySelector('button')!.click());
  expect([host.querySelectorAll('li').length, host.querySelector('p')!.textContent]).toEqual([100, 'Show 100 more 100 of 250']);
  more();
  expect([host.querySelectorAll('li').length, host.querySelector('p')!.textContent]).toEqual([200, 'Show 50 more 200 of 250']);
  more();
  expect([host.querySelectorAll('li').length, host.querySelector('p')]).toEqual([250, null]);
});
