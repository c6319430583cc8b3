import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api';
import { Places } from '../places';
import { SignIns } from '../signin';
import type { ISigningIn } from '../types';
import { PanelProvider } from '../views/context';
import { Token } from '../views/token';

const LAB = { name: 'lab', title: 'Our lab', url: 'https://lab.example.org', has_token: false, can_sign_in: true, is_signed_in: false };
const WAITING: ISigningIn = { state: 'waiting', error: null };
const DONE: ISigningIn = { state: 'done', account: 'Ada', kept_in: 'the system keyring', error: null };
const DENIED = { error: 'AccessDenied', message: 'You did not let Jupyter in.', hint: '' };

describe('SignIns', () => {
  const begun = { id: '1', address: 'https://lab.example.org/oauth' };
  let answers: (ISigningIn | Error)[];
  let cancelled: string[];
  let signs: SignIns;

  beforeEach(() => {
    answers = [];
    cancelled = [];
    const api = {
      beginSignIn: async () => begun,
      signIn: async () => {
        const answer = answers.shift()!;
        if (answer instanceof Error) {
          throw answer;
        }
        return answer;
      },
      cancelSignIn: async (_: string, id: string) => void cancelled.push(id)
    };
    signs = new SignIns(api as any, () => undefined, 0);
  });

  it('opens the address once, and waits until one is back, also while the server is away for a moment', async () => {
    answers = [WAITING, new ApiError({ error: 'NoAnswer', message: '', hint: '' }, 0), DONE];
    const opened: string[] = [];
    expect(await signs.run('lab', address => opened.push(address))).toEqual(DONE);
    expect([opened, signs.get('lab')]).toEqual([[begun.address], undefined]);
  });

  it('tells why it failed, and is over then', async () => {
    answers = [{ state: 'failed', error: DENIED }];
    await expect(signs.run('lab', () => undefined)).rejects.toThrow('did not let Jupyter in');
    expect(signs.get('lab')).toBeUndefined();
  });

  it('ends without a word when it is cancelled, and tells the server', async () => {
    answers = [WAITING];
    const running = signs.run('lab', () => undefined);
    await vi.waitFor(() => expect(signs.get('lab')).toBe(begun));
    await signs.cancel('lab');
    expect([await running, cancelled]).toEqual([null, ['1']]);
  });
});

describe('Token', () => {
  let host: HTMLDivElement;
  let root: Root;
  let places: Places;
  let api: any;
  let kept: any;

  const shown = async (changes = {}) => {
    kept = { ...LAB, ...changes };
    api = {
      fields: async () => ({ fields: [], groups: [] }),
      repositories: async () => ({ default: 'lab', repositories: [kept] }),
      testToken: async () => ({ account: 'Ada' }),
      forgetToken: vi.fn(async () => undefined),
      beginSignIn: async () => ({ id: '1', address: 'https://lab.example.org/oauth' }),
      signIn: vi.fn(async () => WAITING),
      cancelSignIn: vi.fn(async () => undefined)
    };
    places = new Places(api);
    await places.load();
    const focus = (...ids: string[]) => void setTimeout(() => document.getElementById(ids.find(id => document.getElementById(id))!)?.focus());
    const draw = () => {
      const context = { trans: nullTranslator.load(''), places, focus } as never;
      root.render(
        <PanelProvider value={context}>
          <Token repository={places.repositories[0]} onDone={() => undefined} />
        </PanelProvider>
      );
    };
    places.changed.connect(draw);
    draw();
    await until(() => expect(host.querySelector('.zj-token')).toBeTruthy());
  };
  const named = (words: string) => [...host.querySelectorAll<HTMLElement>('button, a')].find(one => one.textContent?.includes(words));
  const press = async (words: string) => {
    await until(() => expect(named(words)).toBeTruthy());
    named(words)!.click();
  };
  const until = (check: () => void) => vi.waitFor(check, 5000);
  let page: any;

  beforeEach(() => {
    host = document.body.appendChild(document.createElement('div'));
    root = createRoot(host);
    page = { opener: window, location: { href: '' }, close: vi.fn() };
    vi.spyOn(window, 'open').mockImplementation(() => page);
  });

  afterEach(() => {
    root.unmount();
    host.remove();
    vi.restoreAllMocks();
  });

  it('asks for a token only, where nobody has set up more', async () => {
    await shown({ can_sign_in: false });
    expect([host.querySelector('input')?.type, named('Sign in with')]).toEqual(['password', undefined]);
  });

  it('offers to sign in first, and a token to those who prefer that', async () => {
    await shown();
    expect(host.querySelector('input')).toBeNull();
    await press('Or paste a token');
    await until(() => expect(host.querySelector('input')?.type).toBe('password'));
  });

  it('opens a window that knows nothing of this one, waits, and tells the account', async () => {
    await shown();
    api.signIn.mockImplementation(async () => {
      kept = { ...LAB, has_token: true, is_signed_in: true };
      return DONE;
    });
    await press('Sign in with Our lab');
    await until(() => expect([page.opener, page.location.href]).toEqual([null, 'https://lab.example.org/oauth']));
    await until(() => expect(host.querySelector('[role=status]')?.textContent).toContain('Waiting for you'));
    expect(named('Open it again')?.getAttribute('href')).toBe('https://lab.example.org/oauth');
    await until(() => expect(host.textContent).toContain('account of Ada'));
    await until(() => expect(document.activeElement?.textContent).toBe('Sign out'));
  });

  it('can be cancelled', async () => {
    await shown();
    await press('Sign in with Our lab');
    await press('Cancel');
    await until(() => expect([api.cancelSignIn.mock.calls, !!named('Sign in with')]).toEqual([[['lab', '1']], true]));
  });

  it('says why it failed, and leaves the window, which says so too', async () => {
    await shown();
    api.signIn.mockImplementation(async () => ({ state: 'failed', error: DENIED }));
    await press('Sign in with Our lab');
    await until(() => expect(host.querySelector('[role=alert]')?.textContent).toContain('You did not let Jupyter in.'));
    await until(() => expect([page.close.mock.calls.length, document.activeElement]).toEqual([0, named('Sign in with')]));
  });

  it('closes the window again where it cannot begin, and says why', async () => {
    await shown();
    api.beginSignIn = async () => Promise.reject(new ApiError({ error: 'BadInput', message: 'Nobody has registered it.', hint: '' }, 400));
    await press('Sign in with Our lab');
    await until(() => expect(host.querySelector('[role=alert]')?.textContent).toContain('Nobody has registered it.'));
    expect(page.close).toHaveBeenCalled();
  });

  it('offers to sign in again when the repository says that it is over', async () => {
    await shown({ has_token: true, is_signed_in: true });
    root.render(null);
    await until(() => expect(host.textContent).toBe(''));
    places.accounts.clear();
    kept = LAB;
    api.testToken = async () => Promise.reject(new ApiError({ error: 'AccessDenied', message: 'You are signed out.', hint: '' }, 403));
    places.changed.emit();
    await until(() => expect(named('Sign in with Our lab')).toBeTruthy());
    await until(() => expect(host.querySelector('[role=alert]')?.textContent).toContain('You are signed out.'));
  });
});
