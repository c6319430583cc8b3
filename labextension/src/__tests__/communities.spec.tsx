import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { IDocument } from '../act';
import { NotebookModel } from '../model';
import { Places } from '../places';
import { Communities } from '../views/communities';
import { NotebookProvider, PanelProvider } from '../views/context';

const { act } = React as any;
(globalThis as any).IS_REACT_ACT_ENVIRONMENT = true;

const RAIN = { id: '1', slug: 'rain', title: 'Rain watchers', may_submit: true, skips_review: false, note: 'Its curators look at it.' };
const CLUB = { id: '2', slug: 'rain-club', title: 'Rain club', may_submit: false, skips_review: false, note: 'Only its members can submit to it.' };

let root: Root;
let node: HTMLElement;
let model: NotebookModel;
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  const api: any = {
    communities: (words: string) => {
      asked.push(words);
      return Promise.resolve({ communities: [RAIN, CLUB] });
    },
    collect: () => new Promise(() => undefined)
  };
  const places = new Places(api);
  model = new NotebookModel({ path: 'a.ipynb', ready: Promise.resolve() } as IDocument, places, null);
  node = document.body.appendChild(document.createElement('div'));
  root = createRoot(node);
  const panel: any = { trans: nullTranslator.load(''), places, focus: () => undefined };
  const draw = () =>
    root.render(
      <PanelProvider value={panel}>
        <NotebookProvider value={{ model, notebook: {} as any, reveal: () => undefined }}>
          <Communities faults={model.faults} />
        </NotebookProvider>
      </PanelProvider>
    );
  model.changed.connect(() => act(draw));
  act(draw);
});

afterEach(() => {
  act(() => root.unmount());
  model.dispose();
  node.remove();
  vi.useRealTimers();
});

async function type(words: string): Promise<void> {
  const input = node.querySelector('input')!;
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!;
  await act(async () => {
    set.call(input, words);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

const button = (words: string) => [...node.querySelectorAll('button')].find(one => one.textContent?.includes(words))!;

it('finds a community as one types, with what submitting leads to, and asks once typing rests', async () => {
  await type('r');
  await type('rain');
  expect(asked).toEqual([]);
  await act(async () => vi.advanceTimersByTimeAsync(400));
  expect(asked).toEqual(['rain']);
  expect(node.textContent).toContain('Its curators look at it.');
  expect([button('Rain watchers').disabled, button('Rain club').disabled]).toEqual([false, true]);
});

it('keeps what is chosen in the description, and takes it out again', async () => {
  await type('rain');
  await act(async () => vi.advanceTimersByTimeAsync(400));
  act(() => button('Rain watchers').click());
  expect(model.order.body().metadata).toEqual({ communities: ['rain'] });
  act(() => node.querySelector<HTMLButtonElement>('button[aria-label^="Do not submit"]')!.click());
  expect(model.order.body().metadata).toEqual({ communities: null });
});
