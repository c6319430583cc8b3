/**
 * The panel's content, loaded with its style when it is first shown.
 */
import '../style/base.css';
import '../style/parts.css';
import '../style/form.css';
import '../style/offers.css';
import '../style/pages.css';
import '../style/found.css';
import { FileDialog } from '@jupyterlab/filebrowser';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { Getting } from './getting';
import { Reproducing } from './reproducing';
import { Requests } from './requests';
import { Searching } from './searching';
import type { Session } from './session';
import type { Settings } from './settings';
import type { IOutputVerdict } from './types';
import { Underway } from './underway';
import type { IPanelContext } from './views/context';
import { Frame, type View } from './views/frame';

/** What the panel needs of JupyterLab. */
export interface IHouse {
  session: Session;
  documents: IDocumentManager;
  translator: ITranslator;
  trans: TranslationBundle;
  settings: Settings;
  /** The contents path of the folder that one is in. */
  cwd: () => string;
  openFile: (path: string) => Promise<void>;
  compareFiles: (published: string, rerun: string, outputs: readonly IOutputVerdict[]) => Promise<void>;
}

/** How many frames are waited for an element that is to get the focus. */
const FRAMES = 60;

/** The panel's content. */
export class PanelBody extends ReactWidget {
  constructor(house: IHouse) {
    super();
    this.addClass('zj-host');
    this._session = house.session;
    this.getting = new Getting(house.session.places.api, house.cwd);
    this.reproducing = new Reproducing(house.session.places.api, this.getting);
    this.searching = new Searching(house.session.places, false);
    this.mine = new Searching(house.session.places, true);
    this._requests = new Requests(house.session.places);
    this._underway = new Underway(house.session.places, this.mine);
    this._context = {
      trans: house.trans,
      places: house.session.places,
      getting: this.getting,
      reproducing: this.reproducing,
      searching: this.searching,
      mine: this.mine,
      requests: this._requests,
      underway: this._underway,
      turn: view => this.turn(view),
      describe: () => this._describe(),
      current: null,
      linkNotebook: null,
      insertCode: null,
      openFile: house.openFile,
      compareFiles: house.compareFiles,
      focus: (...ids) => this._focus(ids),
      chooseFiles: folder => chooseFiles(house, folder)
    };
    this._session.changed.connect(this._onChange, this);
    this._session.saved.connect((_, model) => {
      if (this.isVisible && house.settings.now.checkOnSave && model === this._session.current?.model) {
        model.onSaved();
      }
    });
    this.getting.changed.connect(() => this.update());
    this.reproducing.changed.connect(() => this.update());
    this.searching.changed.connect(() => this.update());
    this._requests.changed.connect(() => this.update());
    this.mine.changed.connect(() => this.update());
    this._underway.changed.connect(() => this.update());
    this._session.places.changed.connect(() => this.update());
  }

  readonly getting: Getting;
  readonly reproducing: Reproducing;
  readonly searching: Searching;
  readonly mine: Searching;

  /** Turn to a view. */
  turn(view: View): void {
    this._view = view;
    if (view === 'opening') {
      // Problems are told where they matter: when one looks.
      this._session.places.load().catch(() => undefined);
      this._focus(['zj-doi']);
    }
    this.update();
  }

  /** Turn to the open requests. */
  async requests(): Promise<void> {
    this.turn('records');
    await this._requests.look();
    this._focus(['zj-requests', 'zj-mine']);
  }

  /**
   * Turn to the notebook in front, at the next sensible place.
   *
   * @param to Name of the repository to choose; empty leaves it as it is.
   */
  async publish(to = ''): Promise<void> {
    const model = this._session.current?.model;
    if (to && model) {
      await model.recall();
      model.order.publishTo(to);
    }
    this.turn('notebook');
    this._focus(['zj-state']);
    if (model?.plan || model?.problem) {
      // What was typed since, what became of the files beside it, and whether the server answers by now.
      await model.look();
    }
    if (model?.standing?.state === 'changed' && model.page !== 'review' && !model.obstacle) {
      model.turn('review');
    }
  }

  render(): JSX.Element {
    return (
      <Frame
        panel={{ ...this._context, ...this._inFront() }}
        view={this._view}
        onView={view => this.turn(view)}
        current={this._session.current}
      />
    );
  }

  /** What can be done with the notebook in front. */
  private _inFront(): Pick<IPanelContext, 'current' | 'linkNotebook' | 'insertCode'> {
    const { model, notebook } = this._session.current ?? {};
    if (!model || !notebook || notebook.isReadOnly) {
      return { current: notebook?.path ?? null, linkNotebook: null, insertCode: null };
    }
    return {
      current: notebook.path,
      linkNotebook: (repository, record) => {
        model.order.publishTo(repository);
        model.order.follows({ asNew: false, versionOf: record });
        model.turn('edit');
        model.toggle('where', true);
        this.turn('notebook');
        void model.look().then(() => this._focus(['zj-group-where', 'zj-state']));
      },
      insertCode: source => notebook.insertCode(source)
    };
  }

  private _describe(): void {
    const model = this._session.current?.model;
    model?.turn('edit');
    model?.toggle('about', true);
    this.turn('notebook');
    void model?.look().then(() => this._focus(['zj-group-about', 'zj-state']));
  }

  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._onChange();
  }

  protected onAfterShow(): void {
    this._onChange();
  }

  /** Look at a notebook when it comes to the front for the first time while the panel is open. */
  private _onChange(): void {
    const model = this._session.current?.model;
    if (this.isVisible && model && !model.plan && !model.problem && !model.isLooking && !model.act.isActive) {
      void model.look();
    }
    this.update();
  }

  /** Move the focus to the first of these elements that is there, as soon as the page is drawn. */
  private _focus(ids: readonly string[]): void {
    this.update();
    const turn = ++this._focusing;
    const attempt = (frames: number) => {
      const found = ids.map(id => this.node.querySelector<HTMLElement>(`[id="${CSS.escape(id)}"]`)).find(Boolean);
      // The first frames are those of the update; the wanted element may still be the old page's.
      if (found && frames < FRAMES - 2) {
        found.focus();
      } else if (frames > 0 && turn === this._focusing) {
        requestAnimationFrame(() => attempt(frames - 1));
      }
    };
    attempt(FRAMES);
  }

  private _session: Session;
  private _context: IPanelContext;
  private _requests: Requests;
  private _underway: Underway;
  private _view: View = 'notebook';
  /** Counts the wishes for the focus: only the last one is fulfilled. */
  private _focusing = 0;
}

/** Let the person choose files and folders to take along. */
async function chooseFiles(house: IHouse, folder: string): Promise<string[]> {
  const chosen = await FileDialog.getOpenFiles({
    manager: house.documents,
    title: house.trans.__('Add files to the record'),
    defaultPath: folder,
    translator: house.translator
  });
  return (chosen.value ?? []).map(file => file.path);
}
