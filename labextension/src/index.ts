/**
 * Wiring: commands, the place in the sidebar, and when the rest is loaded.
 *
 * At JupyterLab's start nothing is done but registering. The models are loaded when a notebook is opened, the panel when it is
 * first shown.
 */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { IStateDB } from '@jupyterlab/statedb';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { PanelLayout, Widget } from '@lumino/widgets';
import { publishIcon } from './icons';
import { listenToKernels } from './kernel';
import type { PanelBody } from './panel';
import type { Session } from './session';

const COMMANDS = {
  publish: 'zenodo-jupyter:publish',
  open: 'zenodo-jupyter:open',
  get: 'zenodo-jupyter:get',
  search: 'zenodo-jupyter:search',
  records: 'zenodo-jupyter:records'
};

/** The place in the sidebar, empty until it is shown. */
class Place extends Widget {
  /** @param _load Makes the content. */
  constructor(private _load: () => Promise<Widget>) {
    super();
    this.id = 'zenodo-jupyter-panel';
    this.addClass('zj-place');
    this.layout = new PanelLayout();
  }

  protected onAfterShow(): void {
    void this._load().then(body => {
      if (!body.parent) {
        (this.layout as PanelLayout).addWidget(body);
        this.parent?.fit(); // the style that says how narrow it may be came with it
      }
    });
  }
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'zenodo-jupyter:plugin',
  description: 'Publish notebooks to Zenodo and other repositories, and open them by their DOI.',
  autoStart: true,
  requires: [INotebookTracker, IDocumentManager],
  optional: [ICommandPalette, ILayoutRestorer, IStateDB, ITranslator, IDefaultFileBrowser, ILauncher, IStatusBar],
  activate
};

function activate(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  documents: IDocumentManager,
  palette: ICommandPalette | null,
  restorer: ILayoutRestorer | null,
  memory: IStateDB | null,
  translator: ITranslator | null,
  browser: IDefaultFileBrowser | null,
  launcher: ILauncher | null,
  statusBar: IStatusBar | null
): void {
  const trans = (translator ?? nullTranslator).load('zenodo-jupyter');
  let session: Session | undefined;
  let loading: Promise<Session> | undefined;
  let body: Promise<PanelBody> | undefined;

  const models = () =>
    (loading ??= Promise.all([import('./session'), import('./status')]).then(([module, status]) => {
      session = new module.Session(tracker, documents.services.contents, memory);
      session.changed.connect(() => app.commands.notifyCommandChanged(COMMANDS.publish));
      const item = new status.StatusItem(session, trans, () => void app.commands.execute(COMMANDS.publish));
      statusBar?.registerStatusItem('zenodo-jupyter:standing', { item, align: 'right', rank: 0.5 });
      return session;
    }));
  const content = () =>
    (body ??= Promise.all([models(), import('./panel')]).then(
      ([session, module]) =>
        new module.PanelBody({
          session,
          documents,
          translator: translator ?? nullTranslator,
          trans,
          cwd: () => documents.services.contents.localPath(browser?.model.path ?? ''),
          openFile: async path => void (await app.commands.execute('docmanager:open', { path })),
          compareFiles: async (published, rerun, outputs) => {
            const { mark } = await import('./marks');
            const first = await app.commands.execute('docmanager:open', { path: published });
            const second = await app.commands.execute('docmanager:open', {
              path: rerun,
              options: { mode: 'split-right', ref: first?.id }
            });
            await Promise.all([first, second].filter(Boolean).map(panel => mark(panel, outputs)));
          }
        })
    ));

  const place = new Place(content);
  place.title.icon = publishIcon;
  place.title.caption = trans.__('Publish');
  app.shell.add(place, 'right', { rank: 900, type: 'Publish' });
  restorer?.add(place, place.id);
  // Notebook 7.2 hides what is shown already.
  const show = () => (place.isVisible ? undefined : app.shell.activateById(place.id));
  listenToKernels(tracker, documents.services.contents);
  if (tracker.currentWidget) {
    void models();
  } else {
    tracker.widgetAdded.connect(() => void models());
  }

  const noArguments = { args: { type: 'object', properties: {} } } as const;
  app.commands.addCommand(COMMANDS.publish, {
    label: trans.__('Publish'),
    caption: () => session?.current?.model.standing?.words || trans.__('Publish this notebook and get a DOI'),
    icon: args => (args.toolbar ? publishIcon : undefined),
    className: args => (args.toolbar ? `zj-toolbar is-${session?.current?.model.mark ?? 'never'}` : ''),
    isEnabled: args => !!(tracker.currentWidget || args.path || args.selected),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          path: { type: 'string', description: trans.__('The notebook; otherwise the one in front') },
          selected: { type: 'boolean', description: trans.__('The notebook that is selected in the file browser') },
          to: { type: 'string', description: trans.__('Name of the repository') },
          yes: {
            type: 'boolean',
            description: trans.__('Publish at once, without the panel: the person knows that it cannot be undone')
          }
        }
      }
    },
    execute: async args => {
      const path = args.path ?? (args.selected ? browser?.selectedItems().next().value?.path : undefined);
      const panel = path ? await app.commands.execute('docmanager:open', { path, factory: 'Notebook' }) : tracker.currentWidget;
      if (args.yes === true) {
        return (await models()).publish(panel as NotebookPanel, typeof args.to === 'string' ? args.to : null);
      }
      show();
      await (await content()).publish();
    }
  });
  app.commands.addCommand(COMMANDS.open, {
    label: trans.__('Show the Publish Panel'),
    icon: publishIcon,
    describedBy: noArguments,
    execute: show
  });
  app.commands.addCommand(COMMANDS.get, {
    label: trans.__('Open by DOI …'),
    caption: trans.__('Get a published notebook with its files'),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          doi: { type: 'string', description: trans.__('A DOI in any spelling') },
          from: { type: 'string', description: trans.__('Name of the repository, where several have it') },
          folder: { type: 'string', description: trans.__('Get all files into this folder at once, without the panel') }
        }
      }
    },
    execute: async args => {
      const [doi, from, folder] = [args.doi, args.from, args.folder].map(text => (typeof text === 'string' ? text : ''));
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
  app.commands.addCommand(COMMANDS.search, {
    label: trans.__('Search Repositories …'),
    caption: trans.__('Find published notebooks and data'),
    icon: args => (args.isLauncher ? publishIcon : undefined),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          q: { type: 'string', description: trans.__('Words, or a query in the repository’s syntax') },
          from: { type: 'string', description: trans.__('Name of the repository; otherwise the default one') }
        }
      }
    },
    execute: async args => {
      show();
      const panel = await content();
      panel.turn('opening');
      if (typeof args.q === 'string') {
        panel.searching.from = typeof args.from === 'string' ? args.from : panel.searching.from;
        await panel.searching.look(args.q);
      }
    }
  });
  app.commands.addCommand(COMMANDS.records, {
    label: trans.__('My Records'),
    caption: trans.__('Drafts and records of my own, on all repositories'),
    describedBy: noArguments,
    execute: async () => {
      show();
      (await content()).turn('records');
    }
  });
  for (const command of Object.values(COMMANDS)) {
    palette?.addItem({ command, category: trans.__('Zenodo') });
  }
  launcher?.add({ command: COMMANDS.search, args: { isLauncher: true }, category: trans.__('Other'), rank: 9 });
}

export default plugin;
