/**
 * One field of the form, as the field table has it.
 */
import { undoIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { blockIcon } from '../icons';
import { fieldsOf, keptOf, keyOf, valueAt, withValue, type Faults, type Path } from '../form';
import type { IField, Json } from '../types';
import { Cited } from './cited';
import { usePanel } from './context';
import { Icon } from './controls';
import { Input } from './input';
import { Rows, Words } from './rows';
import { Suggest } from './suggest';

/** The field in which other works are named. */
const NAMES = 'identifier';

/** What a field needs to be shown and changed. */
export interface IFieldProps {
  field: IField;
  path: Path;
  value: Json | undefined;
  faults: Faults;
  onChange: (value: Json) => void;
}

/** Return the id of a field's input. */
export function idOf(path: Path): string {
  return `zj-f-${keyOf(path)}`;
}

/** Where a value comes from, and how to take it back. */
export interface ISource {
  words: string;
  undo?: { label: string; do: () => void };
}

export function Field(props: IFieldProps & { source?: ISource | null }): JSX.Element {
  const { trans } = usePanel();
  const { field, path, source } = props;
  const id = idOf(path);
  const isList = field.repeat && !isWords(field);
  const isMany = isList || (field.type === 'group' && !field.repeat);
  const faults = props.faults.get(keyOf(path));
  const described = [field.help && `${id}-help`, source && `${id}-from`, faults && `${id}-err`].filter(Boolean).join(' ');
  const Label = isMany ? 'div' : 'label';
  return (
    <div className="zj-field" role={isMany ? 'group' : undefined} aria-labelledby={isMany ? `${id}-label` : undefined}>
      <div className="zj-label">
        <Label {...(isMany ? { id: `${id}-label`, tabIndex: -1 } : { htmlFor: id })} className="zj-label-text">
          {field.label}
          {!field.required && path.length > 1 && <span className="zj-sub zj-small"> {trans.__('optional')}</span>}
        </Label>
        {source && (
          <span className={`zj-from ${source.undo ? '' : 'is-plain'}`} id={`${id}-from`}>
            {source.words}
            {source.undo && (
              <button type="button" aria-label={source.undo.label} title={source.undo.label} onClick={source.undo.do}>
                <Icon icon={undoIcon} />
              </button>
            )}
          </span>
        )}
      </div>
      <Body {...props} id={isMany ? `${id}-body` : id} described={described} isWrong={!!faults} />
      {field.name === NAMES && typeof props.value === 'string' && <Cited text={props.value} />}
      {field.help && (
        <p className="zj-hint" id={`${id}-help`}>
          {field.help}
        </p>
      )}
      {faults && (
        <p className="zj-err" id={`${id}-err`}>
          <Icon icon={blockIcon} />
          <span>{faults.join(' ')}</span>
        </p>
      )}
    </div>
  );
}

function Body(props: IFieldProps & { id: string; described: string; isWrong: boolean }): JSX.Element {
  const { field } = props;
  if (isWords(field)) {
    return <Words {...props} />;
  }
  if (field.repeat) {
    return <Rows {...props} />;
  }
  return field.type === 'group' ? <Group {...props} /> : <Input {...props} />;
}

/** A group, with a search where the repository has a list of what it may be. */
function Group(props: IFieldProps): JSX.Element {
  const { trans } = usePanel();
  const { field, path, onChange } = props;
  const [text, setText] = React.useState('');
  return (
    <>
      {field.vocabulary && (
        <Suggest
          id={`${idOf(path)}-find`}
          vocabulary={field.vocabulary}
          className="zj-in jp-mod-styled"
          aria-label={trans.__('Search: %1', field.label)}
          placeholder={trans.__('Search')}
          value={text}
          onText={setText}
          onChoose={({ value }) => {
            setText('');
            onChange(keptOf(field, value));
          }}
        />
      )}
      <Fields {...props} />
    </>
  );
}

/** The fields of a group, one below the other. */
export function Fields(props: IFieldProps): JSX.Element {
  return (
    <div className="zj-fields">
      {fieldsOf(props.field, props.value).map(field => (
        <Field
          key={field.name}
          field={field}
          path={[...props.path, field.name]}
          value={valueAt(props.value, [field.name])}
          faults={props.faults}
          onChange={value => props.onChange(withValue(props.value, [field.name], value))}
        />
      ))}
    </div>
  );
}

/** Whether a list is of words that are best written one behind the other, such as keywords. */
function isWords(field: IField): boolean {
  const key = field.fields?.find(sub => sub.name === field.key);
  return !!field.repeat && !!field.separator && !field.choices && !key?.choices;
}
