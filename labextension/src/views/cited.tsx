/**
 * What a work is called that a DOI names: shown under the DOI, so that a wrong one is seen.
 */
import * as React from 'react';
import { usePanel } from './context';

/** Milliseconds without a key before the DOI is taken for complete. */
const PAUSE = 600;

/** The title of the work that a text names by its DOI; nothing where it names none, or nobody tells. */
export function Cited(props: { text: string }): JSX.Element | null {
  const doi = /\b10\.\d{4,9}\/[^\s"<>]+/.exec(props.text)?.[0].replace(/[.,;)\]]+$/, '') ?? '';
  const [asked, ask] = React.useState('');
  React.useEffect(() => {
    const timer = setTimeout(() => ask(doi), PAUSE);
    return () => clearTimeout(timer);
  }, [doi]);
  return doi && asked === doi ? <Title doi={doi} /> : null;
}

function Title(props: { doi: string }): JSX.Element | null {
  const { trans, places } = usePanel();
  const [title, setTitle] = React.useState(() => places.titleOf(props.doi));
  React.useEffect(() => {
    const look = () => setTitle(places.titleOf(props.doi));
    places.changed.connect(look);
    look();
    return () => void places.changed.disconnect(look);
  }, [props.doi]);
  return (
    <p className="zj-hint" role="status">
      {title === null ? trans.__('Looking …') : title ? trans.__('“%1”', title) : trans.__('Nobody tells what this DOI names.')}
    </p>
  );
}
