/**
 * What a kernel asks of the front end that shows its notebook: messages over a comm, which need no answer.
 *
 * In reply to `path` the kernel is told the notebook's path, now and whenever it is renamed. `save` saves. `stamp` puts badge
 * and Deposit in and saves; the same again changes nothing.
 */
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Contents, Kernel, KernelMessage } from '@jupyterlab/services';
import { OpenNotebook } from './document';
import type { IStamp } from './types';

/** The comm target; `frontend.py` opens it. */
export const TARGET = 'zenodo_jupyter';

type IAsked = { op: 'path' } | { op: 'save'; path: string } | ({ op: 'stamp'; path: string } & IStamp);

/** Listen to the kernels of all notebooks, those that are open and those to come. */
export function listenToKernels(tracker: INotebookTracker, files: Contents.IManager): void {
  const listen = (panel: NotebookPanel) => {
    const register = () => {
      const kernel = panel.sessionContext.session?.kernel;
      kernel?.registerCommTarget(TARGET, (comm, open) => {
        // Several browsers may show one notebook and hear the same message: the one that ran the cell acts, so that there is
        // one writer and one badge.
        if ((open.parent_header as KernelMessage.IHeader).session === kernel.clientId) {
          void hear(tracker, files, panel, comm, open.content.data as unknown as IAsked);
        }
      });
    };
    panel.sessionContext.kernelChanged.connect(register);
    void panel.sessionContext.ready.then(register);
  };
  tracker.forEach(listen);
  tracker.widgetAdded.connect((_, panel) => listen(panel));
}

/** Do what is asked. */
export async function hear(
  tracker: Pick<INotebookTracker, 'find'>,
  files: Pick<Contents.IManager, 'get'>,
  panel: NotebookPanel,
  comm: Pick<Kernel.IComm, 'send' | 'isDisposed'>,
  asked: IAsked
): Promise<void> {
  if (asked.op === 'path') {
    tellPath(panel, comm);
    return;
  }
  const meant = tracker.find(open => isAt(open.context.localPath, asked.path));
  if (!meant) {
    return;
  }
  const notebook = new OpenNotebook(meant, files);
  await notebook.ready;
  if (asked.op === 'stamp') {
    notebook.putStamp({ act: asked.act, deposit: asked.deposit, badge: asked.badge });
  }
  await notebook.save();
}

function tellPath(panel: NotebookPanel, comm: Pick<Kernel.IComm, 'send' | 'isDisposed'>): void {
  const tell = () => {
    if (comm.isDisposed) {
      panel.context.pathChanged.disconnect(tell);
    } else {
      comm.send({ op: 'path', path: panel.context.localPath });
    }
  };
  panel.context.pathChanged.connect(tell);
  tell();
}

/** Whether a path as the kernel has it, on its disk, is that of a notebook as the front end has it, below the server's folder. */
export function isAt(shown: string, onDisk: string): boolean {
  return `/${onDisk.replace(/\\/g, '/')}`.endsWith(`/${shown.replace(/^\/+/, '')}`);
}
