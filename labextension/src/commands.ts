/**
 * The commands: for menus, palette and keys, and for other extensions, which may leave the panel where it is.
 */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { FileBrowser } from '@jupyterlab/filebrowser';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { publishIcon } from './icons';
import type { PanelBody } from './panel';
import type { Session } from './session';
import type { Settings } from './settings';
import type { Json } from './types';

export const COMMANDS = {
  publish: 'zenodo-jupyter:publish',
  open: 'zenodo-jupyter:open',
  get: 'zenodo-jupyter:get',
  check: 'zenodo-jupyter:check',
  cite: 'zenodo-jupyter:cite',
  reproduce: 'zenodo-jupyter:reproduce',
  search: 'zenodo-jupyter:search',
  records: 'zenodo-jupyter:records',
  requests: 'zenodo-jupyter:requests'
};

/** What the commands work on. */
export interface ISurface {
  commands: JupyterFrontEnd['commands'];
  trans: TranslationBundle;
  tracker: INotebookTracker;
  browser: FileBrowser | null;
  settings: Settings;
  /** Load what knows of the open notebooks. */
  models: () => Promise<Session>;
  /** The same, as far as it is loaded. */
  session: () => Session | undefined;
  /** Load the panel's content. */
  content: () => Promise<PanelBody>;
  /** Bring the panel to the front. */
  show: () => void;
}

/** Describe arguments, each by its type and what it is. */
function described(properties: { [name: string]: [type: 'string' | 'boolean', description: string] } = {}) {
  const args = Object.entries(properties).map(([name, [type, description]]) => [name, { type, description }]);
  return { args: { type: 'object', properties: Object.fromEntries(args) } };
}

/** Return a text of the arguments; empty where there is none. */
function text(value: Json | ReadonlyPartialJSONObject[string]): string {
  return typeof value === 'string' ? value : '';
}

/** Add all commands. */
export function addCommands({ commands, trans, tracker, browser, settings, models, session, content, show }: ISurface): void {
  const quiet: ['boolean', string] = ['boolean', trans.__('Return what was found, without the panel')];
  commands.addCommand(COMMANDS.publish, {
    label: trans.__('Publish'),
    caption: () => session()?.current?.model.standing?.words || trans.__('Publish this notebook and get a DOI'),
    icon: args => (args.toolbar ? publishIcon : undefined),
    className: args => (args.toolbar ? `zj-toolbar is-${session()?.current?.model.mark ?? 'never'}` : ''),
    isVisible: args => !args.toolbar || settings.now.toolbarButton,
    // A notebook's own button may be drawn before the notebook counts as the one in front, and is not drawn anew then.
    isEnabled: args => !!(args.toolbar || tracker.currentWidget || args.path || args.selected),
    describedBy: described({
      path: ['string', trans.__('The notebook; otherwise the one in front')],
      selected: ['boolean', trans.__('The notebook that is selected in the file browser')],
      to: ['string', trans.__('Name of the repository')],
      yes: ['boolean', trans.__('Publish at once, without the panel: the person knows that it cannot be undone')],
      toolbar: ['boolean', trans.__('Drawn as the button of a notebook’s toolbar')]
    }),
    execute: async args => {
      const path = args.path ?? (args.selected ? browser?.selectedItems().next().value?.path : undefined);
      const panel = path ? await commands.execute('docmanager:open', { path, factory: 'Notebook' }) : tracker.currentWidget;
      if (args.yes === true) {
        if (!panel) {
          throw new Error(trans.__('No notebook is open'));
        }
        return (await models()).publish(panel as NotebookPanel, text(args.to) || null);
      }
      show();
      await (await content()).publish(text(args.to));
    }
  });
  commands.addCommand(COMMANDS.open, {
    label: trans.__('Show the Publish Panel'),
    icon: publishIcon,
    describedBy: described(),
    execute: show
  });
  commands.addCommand(COMMANDS.get, {
    label: trans.__('Open by DOI …'),
    caption: trans.__('Get a published notebook with its files'),
    describedBy: described({
      doi: ['string', trans.__('A DOI in any spelling')],
      from: ['string', trans.__('Name of the repository, where several have it')],
      folder: ['string', trans.__('Get all files into this folder at once, without the panel')]
    }),
    execute: async args => {
      const [doi, from, folder] = [args.doi, args.from, args.folder].map(text);
      if (doi && folder) {
        const [{ places }, { getInto }] = await Promise.all([models(), import('./getting')]);
        return getInto(places.api, doi, from, folder);
      }
      show();
      const panel = await content();
      panel.turn('opening');
      if (doi) {
        await panel.getting.look(doi, from);
      }
    }
  });
  commands.addCommand(COMMANDS.check, {
    label: trans.__('Check a Notebook Before Publishing'),
    isEnabled: args => !!(tracker.currentWidget || args.path),
    describedBy: described({
      path: ['string', trans.__('The notebook, as it is saved; otherwise the one in front')],
      to: ['string', trans.__('Name of the repository')]
    }),
    execute: async args => {
      const path = text(args.path) || (tracker.currentWidget?.context.localPath ?? '');
      const order = { path, data: [], exclude: [], to: text(args.to) || null, metadata: null, new: false, version_of: null };
      return (await (await models()).places.api.collect(order)).findings;
    }
  });
  commands.addCommand(COMMANDS.cite, {
    label: trans.__('Cite a Record'),
    isEnabled: args => !!args.doi,
    describedBy: described({
      doi: ['string', trans.__('A DOI in any spelling')],
      from: ['string', trans.__('Name of the repository, where several have it')]
    }),
    execute: async args =>
      (await (await models()).places.api.resolve(text(args.doi), text(args.from) || null)).citation
  });
  commands.addCommand(COMMANDS.reproduce, {
    label: trans.__('Reproduce a Record'),
    isEnabled: args => !!args.doi && !!args.folder,
    describedBy: described({
      doi: ['string', trans.__('A DOI in any spelling')],
      from: ['string', trans.__('Name of the repository, where several have it')],
      folder: ['string', trans.__('Get the files into this folder, and run the notebook there')],
      yes: ['boolean', trans.__('The person knows that other people’s code is run; without it, the answer is the question')]
    }),
    execute: async args => {
      const [{ places }, { follow }] = await Promise.all([models(), import('./following')]);
      const [doi, from, folder] = [args.doi, args.from, args.folder].map(text);
      const job = await places.api.reproduce(doi, folder, from || null, args.yes === true, []);
      return follow(places.api, job, () => undefined, new AbortController().signal);
    }
  });
  commands.addCommand(COMMANDS.search, {
    label: trans.__('Search Repositories …'),
    caption: trans.__('Find published notebooks and data'),
    icon: args => (args.isLauncher ? publishIcon : undefined),
    describedBy: described({
      q: ['string', trans.__('Words, or a query in the repository’s syntax')],
      from: ['string', trans.__('Name of the repository; otherwise the default one')],
      quiet,
      isLauncher: ['boolean', trans.__('Drawn as a card of the launcher')]
    }),
    execute: async args => {
      const { places } = await models();
      if (args.quiet === true) {
        return found(places, text(args.q), text(args.from), false);
      }
      show();
      const panel = await content();
      panel.turn('opening');
      if (typeof args.q === 'string') {
        panel.searching.from = text(args.from) || panel.searching.from;
        await panel.searching.look(args.q);
      }
    }
  });
  commands.addCommand(COMMANDS.records, {
    label: trans.__('My Records'),
    caption: trans.__('Drafts and records of my own, on all repositories'),
    describedBy: described({
      q: ['string', trans.__('Words, or a query in the repository’s syntax')],
      from: ['string', trans.__('Name of the repository; otherwise all')],
      quiet
    }),
    execute: async args => {
      if (args.quiet === true) {
        return found((await models()).places, text(args.q), text(args.from), true);
      }
      show();
      const panel = await content();
      panel.turn('records');
      if (typeof args.q === 'string') {
        panel.mine.from = text(args.from);
        await panel.mine.look(args.q);
      }
    }
  });
  commands.addCommand(COMMANDS.requests, {
    label: trans.__('Requests to Communities'),
    caption: trans.__('What I submitted, and what waits for my decision'),
    describedBy: described({ quiet }),
    execute: async args => {
      if (args.quiet === true) {
        const { Requests } = await import('./requests');
        const requests = new Requests((await models()).places);
        await requests.look();
        return [...requests.items];
      }
      show();
      await (await content()).requests();
    }
  });
}

/** Return the records that a search finds, those of its first page. */
async function found(places: Session['places'], q: string, from: string, mine: boolean) {
  const { Searching } = await import('./searching');
  const searching = new Searching(places, mine);
  searching.from = from;
  await searching.look(q);
  const [problem] = searching.problems.values();
  if (problem && !searching.hits.length) {
    throw problem;
  }
  return [...searching.hits];
}
