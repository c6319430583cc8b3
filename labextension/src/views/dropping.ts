/**
 * Files that are dragged from JupyterLab's file browser: whoever takes them says where they may be let go.
 */
import * as React from 'react';

/** The type under which the file browser hands over contents paths. */
const PATHS = 'application/x-jupyter-icontents';

/** A drag within JupyterLab, as far as it matters here. */
interface IDrag extends Event {
  readonly mimeData: { hasData(mime: string): boolean; getData(mime: string): unknown };
  readonly proposedAction: string;
  dropAction: string;
}

/**
 * Take files and folders that are let go over an element.
 *
 * @param element The element; its class has `is-target` while something is held over it.
 * @param take Is given their contents paths; without it nothing is taken.
 */
export function useDrop(element: React.RefObject<HTMLElement>, take?: (paths: string[]) => void): void {
  const taking = React.useRef(take);
  taking.current = take;
  React.useEffect(() => {
    const node = element.current;
    if (!node) {
      return;
    }
    const listen = (name: string, act: (drag: IDrag) => void) => {
      const hear = (event: Event) => {
        const drag = event as IDrag;
        if (taking.current && drag.mimeData.hasData(PATHS)) {
          drag.preventDefault();
          drag.stopPropagation();
          drag.dropAction = drag.proposedAction;
          act(drag);
        }
      };
      node.addEventListener(name, hear);
      return () => node.removeEventListener(name, hear);
    };
    const show = (isOver: boolean) => node.classList.toggle('is-target', isOver);
    const deaf = [
      listen('lm-dragenter', () => show(true)),
      listen('lm-dragover', () => show(true)), // it left a part of the element for another one
      listen('lm-dragleave', () => show(false)),
      listen('lm-drop', drag => {
        show(false);
        taking.current!(drag.mimeData.getData(PATHS) as string[]);
      })
    ];
    return () => deaf.forEach(stop => stop());
  }, []);
}
