/**
 * What every view is given: the words, the notebook, and how to get around.
 */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { OpenNotebook } from '../document';
import type { Getting } from '../getting';
import type { Group, NotebookModel } from '../model';
import type { Places } from '../places';
import type { Reproducing } from '../reproducing';
import type { Requests } from '../requests';
import type { Searching } from '../searching';
import type { IOutputVerdict } from '../types';
import type { Underway } from '../underway';
import type { View } from './frame';

/** What the panel can do outside of itself. */
export interface ISurroundings {
  /** Let the person choose files and folders; contents paths. */
  chooseFiles(folder: string): Promise<string[]>;
  /** Open a file in JupyterLab, by its contents path. */
  openFile(path: string): Promise<void>;
  /** Open two notebooks beside each other, with what became of each cell marked in both. */
  compareFiles(published: string, rerun: string, outputs: readonly IOutputVerdict[]): Promise<void>;
}

/** What every view is given. */
export interface IPanelContext extends ISurroundings {
  readonly trans: TranslationBundle;
  readonly places: Places;
  readonly getting: Getting;
  readonly reproducing: Reproducing;
  /** The search for anybody's records. */
  readonly searching: Searching;
  /** The search for one's own. */
  readonly mine: Searching;
  readonly underway: Underway;
  /** The open requests to communities. */
  readonly requests: Requests;
  /** Turn to a view. */
  turn(view: View): void;
  /** Turn to the description of the notebook in front. */
  describe(): void;
  /** Contents path of the notebook in front. */
  readonly current: string | null;
  /** Have the notebook in front become the next version of a record; null where no notebook is in front. */
  readonly linkNotebook: ((repository: string, record: string) => void) | null;
  /** Put a code cell below the active one of the notebook in front; null where none is. */
  readonly insertCode: ((source: string) => void) | null;
  /** Move the focus to the first of these elements of the panel that is there after the next drawing. */
  focus(...ids: string[]): void;
}

/** The notebook that the panel follows, with its model. */
export interface INotebookContext {
  readonly model: NotebookModel;
  readonly notebook: OpenNotebook;
  /** Open a group and move the focus to its heading, or to an element in it. */
  reveal(group: Group, id?: string): void;
}

const Panel = React.createContext<IPanelContext | null>(null);
const Notebook = React.createContext<INotebookContext | null>(null);

export const PanelProvider = Panel.Provider;
export const NotebookProvider = Notebook.Provider;

export function usePanel(): IPanelContext {
  return React.useContext(Panel)!;
}

export function useNotebook(): INotebookContext {
  return React.useContext(Notebook)!;
}
