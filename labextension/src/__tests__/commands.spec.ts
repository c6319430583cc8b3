import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import { beforeEach, describe, expect, it } from 'vitest';
import { addCommands, COMMANDS } from '../commands';

/** What each command is called with by another extension that wants no panel. */
const HEADLESS: { [command: string]: { [name: string]: any } } = {
  [COMMANDS.publish]: { path: 'a.ipynb', to: 'zenodo', yes: true },
  [COMMANDS.get]: { doi: '10.5281/zenodo.7', folder: 'seven', from: 'zenodo' },
  [COMMANDS.check]: { path: 'a.ipynb', to: 'zenodo' },
  [COMMANDS.cite]: { doi: '10.5281/zenodo.7', from: 'zenodo' },
  [COMMANDS.reproduce]: { doi: '10.5281/zenodo.7', folder: 'seven', from: 'zenodo', yes: true },
  [COMMANDS.search]: { q: 'rain', from: 'zenodo', quiet: true },
  [COMMANDS.records]: { q: 'rain', quiet: true },
  [COMMANDS.requests]: { quiet: true }
};

describe('commands', () => {
  let commands: CommandRegistry;
  let asked: any[];
  let isShown: boolean;
  let settings: any;
  const surface: any = { trans: nullTranslator.load('') };

  beforeEach(() => {
    [commands, asked, isShown] = [new CommandRegistry(), [], false];
    settings = { now: { toolbarButton: true } };
    commands.addCommand('docmanager:open', { execute: args => args.path as string });
    const record = { id: '7', title: 'Rain', updated: '', files: [{ key: 'a', size: 1 }] };
    const done = { id: 'j', state: 'done', result: { folder: 'seven', files: ['a'] } };
    const say = (name: string, answer: any) => async (...given: any[]) => (asked.push([name, ...given]), answer);
    const api = {
      resolve: say('resolve', { record, repository: 'zenodo', citation: 'Ada (2026). Rain.' }),
      collect: say('collect', { findings: [{ id: 'no-title' }] }),
      get: say('get', done),
      reproduce: say('reproduce', done),
      search: say('search', { records: [record], total: 1, repository: 'zenodo', facets: [] }),
      requests: say('requests', { requests: [{ id: '1', title: 'Rain', created: '', actions: [] }] })
    };
    const row = { name: 'zenodo', url: 'https://zenodo.org', has_token: true };
    const places = { api, default: 'zenodo', repositories: [row], load: async () => undefined, needsToken: () => false, changed: new Signal({}) };
    addCommands({
      ...surface,
      commands,
      tracker: { currentWidget: null },
      browser: null,
      settings,
      models: async () => ({ places, publish: say('publish', { doi: '10.5281/zenodo.8' }) }) as any,
      session: () => undefined,
      content: async () => {
        throw new Error('The panel was loaded.');
      },
      show: () => void (isShown = true)
    });
  });

  it.each(Object.values(COMMANDS))('%s says which arguments it takes, and what they are', async command => {
    const { args } = await commands.describedBy(command);
    expect(args?.type).toBe('object');
    const properties: any = args?.properties;
    for (const name of Object.keys(HEADLESS[command] ?? {})) {
      expect(properties[name].description, name).toBeTruthy();
      expect(properties[name].type).toBe(typeof HEADLESS[command][name]);
    }
    expect(commands.label(command)).toBeTruthy();
  });

  it.each(Object.keys(HEADLESS))('%s works without the panel, and returns what came of it', async command => {
    const answer = await commands.execute(command, HEADLESS[command]);
    expect(answer).toBeTruthy();
    expect(asked.length).toBeGreaterThan(0);
    expect(isShown).toBe(false);
  });

  it('hands over what it was called with', async () => {
    expect(await commands.execute(COMMANDS.publish, HEADLESS[COMMANDS.publish])).toEqual({ doi: '10.5281/zenodo.8' });
    expect(asked).toEqual([['publish', 'a.ipynb', 'zenodo']]);
    expect(await commands.execute(COMMANDS.search, HEADLESS[COMMANDS.search])).toMatchObject([{ id: '7', repository: 'zenodo' }]);
    expect(asked[1][1]).toMatchObject({ q: 'rain', from: 'zenodo', mine: false });
  });

  it('returns what stands in the way of a publication, and how a record is cited', async () => {
    expect(await commands.execute(COMMANDS.check, HEADLESS[COMMANDS.check])).toEqual([{ id: 'no-title' }]);
    expect(asked[0]).toMatchObject(['collect', { path: 'a.ipynb', to: 'zenodo' }]);
    expect(await commands.execute(COMMANDS.cite, HEADLESS[COMMANDS.cite])).toBe('Ada (2026). Rain.');
  });

  it('says so where there is no notebook to publish', async () => {
    await expect(commands.execute(COMMANDS.publish, { yes: true })).rejects.toThrow('No notebook is open');
    expect(asked).toEqual([]);
  });

  it('runs other people’s code only where a person has said yes', async () => {
    const { yes, ...unasked } = HEADLESS[COMMANDS.reproduce];
    await commands.execute(COMMANDS.reproduce, unasked);
    await commands.execute(COMMANDS.reproduce, { ...unasked, yes });
    expect(asked.map(given => given[4])).toEqual([false, true]);
  });

  it('lets the button of a toolbar be pressed before its notebook counts as the one in front', () => {
    expect(commands.isEnabled(COMMANDS.publish, { toolbar: true })).toBe(true);
    expect(commands.isEnabled(COMMANDS.publish, {})).toBe(false);
  });

  it('hides the button of the toolbar, and only that, where the person does not want it', () => {
    settings.now = { toolbarButton: false };
    expect(commands.isVisible(COMMANDS.publish, { toolbar: true })).toBe(false);
    expect(commands.isVisible(COMMANDS.publish, {})).toBe(true);
  });
});
