import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { IField } from '../types';
import { PanelProvider } from '../views/context';
import { Input } from '../views/input';

const { act } = React as any;
(globalThis as any).IS_REACT_ACT_ENVIRONMENT = true;

let root: Root;
let node: HTMLElement;
let asked: string[];

function show(field: Partial<IField>, value: string): void {
  const prose = async (text: string) => {
    asked.push(text);
    return { html: `<h2>Rain</h2><p>${text}</p><script>alert(1)</script><img src=x onerror="alert(1)"><a href="javascript:alert(1)">more</a>` };
  };
  const panel: any = { trans: nullTranslator.load(''), places: { api: { prose } } };
  const whole = { name: 'x', label: 'X', help: '', type: 'text', ...field } as IField;
  act(() =>
    root.render(
      <PanelProvider value={panel}>
        <Input field={whole} id="x" value={value} described="" isWrong={false} onChange={() => undefined} />
      </PanelProvider>
    )
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  node = document.body.appendChild(document.createElement('div'));
  root = createRoot(node);
});

afterEach(() => {
  act(() => root.unmount());
  node.remove();
  vi.useRealTimers();
});

it('shows a description as the server makes it, asked for when one looks, and cleaned of all that acts', async () => {
  show({ type: 'html' }, 'It *rains*.');
  await act(async () => void (await vi.advanceTimersByTimeAsync(1000)));
  expect(asked).toEqual([]);
  act(() => node.querySelector<HTMLButtonElement>('button')!.click());
  await act(async () => void (await vi.advanceTimersByTimeAsync(10)));
  const seen = node.querySelector('[role=region]')!;
  expect(seen.querySelector('h2')!.textContent).toBe('Rain');
  expect(seen.querySelector('script, img, [href], [onerror]')).toBeNull();
  show({ type: 'html' }, 'It *snows*.');
  await act(async () => void (await vi.advanceTimersByTimeAsync(1000)));
  expect(asked).toEqual(['It *rains*.', 'It *snows*.']);
});

it('has no preview for nothing, nor for what is no prose', () => {
  show({ type: 'html' }, ' ');
  expect(node.querySelector('button')).toBeNull();
  show({ type: 'longtext' }, 'May');
  expect(node.querySelector('button')).toBeNull();
});

it('says of a licence what it allows', () => {
  const licence: Partial<IField> = { type: 'choice', choices: [{ id: 'mit', label: 'MIT' }, { id: 'zlib', label: 'zlib' }], notes: { mit: 'For code: anyone may use it.' } };
  show(licence, 'mit');
  expect(node.textContent).toContain('For code: anyone may use it.');
  show(licence, 'zlib');
  expect(node.textContent).not.toContain('For code');
});
