// What JupyterLab's modules need at import time and jsdom lacks.
const g = globalThis as any;
g.DragEvent ??= class DragEvent extends MouseEvent {};
g.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
g.matchMedia ??= () => ({ matches: false, addEventListener() {}, removeEventListener() {} });
