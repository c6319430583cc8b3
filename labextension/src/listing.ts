/**
 * Marks in a file browser: beside each published notebook where it stands, with the words as a tooltip.
 *
 * JupyterLab's listing can be given another renderer only as a whole, and its own changes from version to version. So the
 * marks are put beside the names that are drawn, whenever they are drawn anew.
 */
import type { FileBrowser } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Api } from './api';
import { markIcons } from './icons';
import type { Settings } from './settings';
import { markOf, Standings } from './standings';
import type { IGlance } from './types';
import { wordsOf } from './views/words';

const CLASS = 'zj-listed';
/** Drives of JupyterLab whose files are the server's own: its first one, and that of jupyter-collaboration. */
const OWN = ['', 'RTC'];

/** Mark what a file browser shows, as long as the person wants it. */
export function keepMarked(browser: FileBrowser, contents: Contents.IManager, settings: Settings, trans: TranslationBundle): void {
  const folder = () => {
    const { path } = browser.model;
    return OWN.includes(contents.driveName(path)) ? contents.localPath(path) : null;
  };
  let marks: ListingMarks | null = null;
  const follow = () => {
    if (!settings.now.fileBrowserMarks) {
      marks?.dispose();
      marks = null;
    } else if (!marks && !browser.isDisposed) {
      marks = new ListingMarks(browser, new Standings(new Api()), trans, folder);
    }
  };
  settings.changed.connect(follow);
  browser.disposed.connect(() => {
    settings.changed.disconnect(follow);
    marks?.dispose();
  });
  follow();
}

/** Keeps the marks of one file browser. */
export class ListingMarks {
  /** @param _folder Return the contents path of the folder that is shown; null where it is none of the server's. */
  constructor(
    private _browser: FileBrowser,
    private _standings: Standings,
    private _trans: TranslationBundle,
    private _folder: () => string | null
  ) {
    this._drawn = new MutationObserver(() => this._soon());
    _browser.model.refreshed.connect(this._show, this);
    _standings.changed.connect(this._soon, this);
    this._show();
    this._mark();
  }

  /** Take the marks away. */
  dispose(): void {
    this._drawn.disconnect();
    cancelAnimationFrame(this._frame);
    this._browser.model?.refreshed.disconnect(this._show, this);
    this._standings.dispose();
    this._browser.node.querySelectorAll(`.${CLASS}`).forEach(mark => mark.remove());
  }

  private _show(): void {
    const folder = this._folder();
    this._standings.show(folder ?? '', folder === null ? [] : [...this._browser.model.items()]);
    this._soon();
  }

  private _soon(): void {
    cancelAnimationFrame(this._frame);
    this._frame = requestAnimationFrame(() => this._mark());
  }

  private _mark(): void {
    this._drawn.disconnect(); // not to hear of what is done here
    for (const name of this._browser.node.querySelectorAll<HTMLElement>('.jp-DirListing-item .jp-DirListing-itemText')) {
      const there = name.parentElement!.querySelector<HTMLElement>(`.${CLASS}`);
      const glance = this._standings.of(name.textContent ?? '');
      const mark = glance && markOf(glance);
      const words = mark && titleOf(glance, this._trans);
      if (words !== (there?.title ?? null)) {
        there?.remove();
        if (mark && words) {
          const drawn = markIcons[mark].element({ tag: 'span', className: CLASS, title: words });
          drawn.setAttribute('role', 'img');
          drawn.setAttribute('aria-label', words);
          drawn.dataset.mark = mark;
          name.after(drawn);
        }
      }
    }
    const list = this._browser.node.querySelector('.jp-DirListing-content');
    if (list) {
      this._drawn.observe(list, { childList: true, characterData: true, subtree: true });
    }
  }

  private _drawn: MutationObserver;
  private _frame = 0;
}

/** Return the tooltip: where it stands, with which DOI, and on which repository. */
export function titleOf({ standing, running, title }: IGlance, trans: TranslationBundle): string {
  const words = running ? trans.__('Publishing') : wordsOf(standing, trans);
  return [words, standing.doi, title].filter(Boolean).join('\n');
}
