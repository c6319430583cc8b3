/**
 * Wiring: the place in the sidebar, and when the rest is loaded.
 *
 * At JupyterLab's start nothing is done but registering. The models are loaded when a notebook is opened, the panel when it is
 * first shown, the marks of a file browser when it shows a notebook.
 */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser, IFileBrowserFactory, type FileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addCommands, COMMANDS } from './commands';
import { publishIcon } from './icons';
import { listenToKernels } from './kernel';
import { Place } from './place';
import type { Session } from './session';
import { Settings } from './settings';

const ID = 'zenodo-jupyter:plugin';

/** Return what asks once, and again only where that failed. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () =>
    (asked ??= ask().catch(error => {
      asked = undefined;
      throw error;
    }));
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Publish notebooks to Zenodo and other repositories, and open them by their DOI.',
  autoStart: true,
  requires: [INotebookTracker, IDocumentManager],
  optional: [
    ICommandPalette,
    ILayoutRestorer,
    IStateDB,
    ITranslator,
    IDefaultFileBrowser,
    ILauncher,
    IStatusBar,
    ISettingRegistry,
    IFileBrowserFactory
  ],
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
  statusBar: IStatusBar | null,
  registry: ISettingRegistry | null,
  browsers: IFileBrowserFactory | null
): void {
  const trans = (translator ?? nullTranslator).load('zenodo-jupyter');
  const { contents } = documents.services;
  const settings = new Settings();
  let session: Session | undefined;
  const models = once(async () => {
    const [module, status] = await Promise.all([import('./session'), import('./status')]);
    const opened = (session = new module.Session(tracker, contents, memory, settings));
    opened.changed.connect(() => app.commands.notifyCommandChanged(COMMANDS.publish));
    const item = new status.StatusItem(opened, trans, settings, () => void app.commands.execute(COMMANDS.publish));
    statusBar?.registerStatusItem('zenodo-jupyter:standing', {
      item,
      align: 'right',
      rank: 0.5,
      isActive: () => item.isActive,
      activeStateChanged: item.activeChanged
    });
    return opened;
  });
  const content = once(async () => {
    const [session, module] = await Promise.all([models(), import('./panel')]);
    return new module.PanelBody({
      session,
      documents,
      translator: translator ?? nullTranslator,
      trans,
      settings,
      cwd: () => contents.localPath(browser?.model.path ?? ''),
      openFile: async path => void (await app.commands.execute('docmanager:open', { path })),
      compareFiles: async (published, rerun, outputs) => {
        const { mark } = await import('./marks');
        const first = await app.commands.execute('docmanager:open', { path: published });
        const second = await app.commands.execute('docmanager:open', {
          path: rerun,
          options: { mode: 'split-right', ref: first?.id }
        });
        await Promise.all([first, second].filter(Boolean).map(panel => mark(panel, outputs, trans)));
      }
    });
  });

  const place = new Place(content, trans);
  place.title.icon = publishIcon;
  place.title.caption = trans.__('Publish');
  app.shell.add(place, 'right', { rank: 900, type: 'Publish' });
  restorer?.add(place, place.id);
  // Notebook 7.2 hides what is shown already.
  const show = () => (place.isVisible ? place.fill() : app.shell.activateById(place.id));
  listenToKernels(tracker, contents);
  if (tracker.currentWidget) {
    void models();
  } else {
    tracker.widgetAdded.connect(() => void models());
  }

  addCommands({ commands: app.commands, trans, tracker, browser, settings, models, session: () => session, content, show });
  for (const command of Object.values(COMMANDS)) {
    palette?.addItem({ command, category: trans.__('Zenodo') });
  }
  launcher?.add({ command: COMMANDS.search, args: { isLauncher: true }, category: trans.__('Other'), rank: 9 });

  settings.changed.connect(() => app.commands.notifyCommandChanged(COMMANDS.publish));
  if (registry) {
    void app.restored.then(() => settings.follow(registry, ID));
  }

  /** Have a file browser's notebooks marked from the first one that it shows. */
  const markIn = (listing: FileBrowser) => {
    const begin = async () => {
      if ([...listing.model.items()].some(item => item.type === 'notebook')) {
        listing.model.refreshed.disconnect(begin);
        const module = await import('./listing');
        module.keepMarked(listing, contents, settings, trans);
      }
    };
    listing.model.refreshed.connect(begin);
    void begin();
  };
  browsers?.tracker.forEach(markIn);
  browsers?.tracker.widgetAdded.connect((_, listing) => markIn(listing));
}

export default plugin;
