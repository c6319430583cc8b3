/**
 * A look into a file of a record, without getting the record.
 */
import * as React from 'react';
import { ApiError } from '../api';
import type { IPreview } from '../types';
import { usePanel } from './context';
import { Problem } from './controls';

/** Names of files that the server may be able to show. */
const SHOWN =
  /(^|\/)(readme|licen[cs]e|makefile)$|\.(csv|tsv|txt|md|rst|py|r|jl|m|c|cpp|f90|sh|json|geojson|ya?ml|toml|cff|bib|log|xml|html?|ipynb|png|jpe?g|gif|webp|svg)$/i;

/** Whether a file can be looked into, by its name. */
export function canBeShown(key: string): boolean {
  return SHOWN.test(key);
}

export function Preview(props: { id: string; repository: string; record: string; name: string }): JSX.Element {
  const { trans, places } = usePanel();
  const { id, repository, record, name } = props;
  const [found, setFound] = React.useState<IPreview | ApiError | null>(null);
  React.useEffect(() => {
    let isCurrent = true;
    const show = (answer: IPreview | ApiError) => isCurrent && setFound(answer);
    places.api.preview(repository, record, name).then(show, error => {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      show(error);
    });
    return () => {
      isCurrent = false;
    };
  }, [repository, record, name]);
  return (
    <div className="zj-look" id={id} role="region" aria-label={trans.__('What is in %1', name)} aria-busy={!found} tabIndex={0}>
      {!found ? (
        <p className="zj-sub">{trans.__('Looking …')}</p>
      ) : found instanceof ApiError ? (
        <Problem error={found} />
      ) : (
        <>
          <Shown preview={found} name={name} />
          {found.is_cut && <p className="zj-sub zj-small">{trans.__('There is more in the file.')}</p>}
        </>
      )}
    </div>
  );
}

function Shown(props: { preview: IPreview; name: string }): JSX.Element {
  const { trans } = usePanel();
  const { preview, name } = props;
  switch (preview.kind) {
    case 'picture':
      return <img src={preview.content} alt={name} />;
    case 'page':
      // It may run nothing, and is of no origin: what strangers wrote has nothing to do with JupyterLab.
      return <iframe sandbox="" srcDoc={preview.content} title={trans.__('What is in %1', name)} />;
    case 'table': {
      const [head, ...rows] = preview.content;
      return (
        <table>
          <thead>
            <tr>{head?.map((text, index) => <th key={index} scope="col">{text}</th>)}</tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>{row.map((text, column) => <td key={column}>{text}</td>)}</tr>
            ))}
          </tbody>
        </table>
      );
    }
    default:
      return <pre>{preview.content}</pre>;
  }
}
