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
import { PanelLayout, Widget } from '@lumino/widgets';
import { addCommands, COMMANDS } from './commands';
import { publishIcon } from './icons';
import { listenToKernels } from './kernel';
import type { PanelBody } from './panel';
import type { Session } from './session';
import { Settings } from './settings';

const ID = 'zenodo-jupyter:plugin';

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
  let loading: Promise<Session> | undefined;
  let body: Promise<PanelBody> | undefined;

  const models = () =>
    (loading ??= Promise.all([import('./session'), import('./status')]).then(([module, status]) => {
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
    }));
  const content = () =>
    (body ??= Promise.all([models(), import('./panel')]).then(
      ([session, module]) =>
        new module.PanelBody({
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
        })
    ));

  const place = new Place(content);
  place.title.icon = publishIcon;
  place.title.caption = trans.__('Publish');
  app.shell.add(place, 'right', { rank: 900, type: 'Publish' });
  restorer?.add(place, place.id);
  // Notebook 7.2 hides what is shown already.
  const show = () => (place.isVisible ? undefined : app.shell.activateById(place.id));
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
