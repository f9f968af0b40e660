import { createRequire } from 'node:module';
import path from 'node:path';
import ts from 'typescript';

/*
 * The protocol as a value can be held against it: the declarations of the library that the server is built with, which has a
 * namespace for each message with the types of what is sent and answered. They are read with the compiler, since no package brings
 * the protocol's own machine-readable form along.
 */

/** The types of what goes with a message. */
export interface DeclaredMessage {
  readonly method: string;
  /** Undefined for a message without. */
  readonly params: ts.Type | undefined;
  /** Of a request. */
  readonly result?: ts.Type;
  /** Of what is answered in parts. */
  readonly partialResult?: ts.Type;
}

/** Where a value is not what its type says, such as `contents.kind: "html" is none of "plaintext", "markdown"`. */
export type Fault = string;

export interface Declarations {
  readonly requests: ReadonlyMap<string, DeclaredMessage>;
  readonly notifications: ReadonlyMap<string, DeclaredMessage>;
  /** What is wrong with a value of JSON. */
  faults(type: ts.Type | undefined, value: unknown, at: string): Fault[];
  /** A value of a type with all that it can have. @param texts what a text or a list of texts is, by the key */
  everything(name: string, texts: Readonly<Record<string, string | readonly string[]>>): unknown;
}

const ROOT = path.resolve(import.meta.dirname, '../../..');

export function readDeclarations(): Declarations {
  const file = createRequire(import.meta.url)
    .resolve('vscode-languageserver-protocol', { paths: [ROOT] })
    .replace(/\.js$/, '.d.ts');
  const program = ts.createProgram([file], {
    lib: ['lib.es5.d.ts'],
    types: [],
    strict: true,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  });
  const checker = program.getTypeChecker();
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!);
  const requests = new Map<string, DeclaredMessage>();
  const notifications = new Map<string, DeclaredMessage>();
  for (const symbol of exported) {
    const message = declaredMessage(checker, symbol);
    if (message === undefined) continue;
    (message.result === undefined ? notifications : requests).set(message.method, message);
  }
  const values = new Values(checker);
  return {
    requests,
    notifications,
    faults: (type, value, at) =>
      type === undefined ? (value === undefined ? [] : [`${at}: is there`]) : values.faults(type, value, at),
    everything: (name, texts) => {
      const symbol = exported.find((candidate) => candidate.name === name)!;
      return values.everything(checker.getDeclaredTypeOfSymbol(resolved(checker, symbol)), name, texts);
    },
  };
}

/** Of a namespace that describes a message, such as `HoverRequest`. */
function declaredMessage(checker: ts.TypeChecker, symbol: ts.Symbol): DeclaredMessage | undefined {
  const namespace = resolved(checker, symbol);
  if ((namespace.flags & ts.SymbolFlags.ValueModule) === 0) return undefined;
  const members = new Map(checker.getExportsOfModule(namespace).map((member) => [member.name, member]));
  const [named, typed] = [members.get('method'), members.get('type')];
  if (named === undefined || typed === undefined) return undefined;
  const method = checker.getTypeOfSymbol(named);
  const type = checker.getTypeOfSymbol(typed) as ts.TypeReference;
  if (!method.isStringLiteral()) return undefined;
  const given = checker.getTypeArguments(type);
  switch (type.symbol.name) {
    case 'ProtocolRequestType':
      return { method: method.value, params: given[0], result: given[1]!, partialResult: given[2]! };
    case 'ProtocolRequestType0':
      return { method: method.value, params: undefined, result: given[0]!, partialResult: given[1]! };
    case 'ProtocolNotificationType':
      return { method: method.value, params: given[0] };
    case 'ProtocolNotificationType0':
      return { method: method.value, params: undefined };
    default:
      return undefined;
  }
}

function resolved(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

/** Holds values against types. */
class Values {
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  faults(type: ts.Type, value: unknown, at: string): Fault[] {
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return [];
    if (type.isUnion()) return this.#unionFaults(type, value, at);
    if (type.flags & (ts.TypeFlags.Void | ts.TypeFlags.Null))
      return value === null ? [] : [`${at}: ${shown(value)} is not null`];
    if (type.flags & ts.TypeFlags.Literal) {
      const literal = this.#checker.typeToString(type);
      return JSON.stringify(value) === literal ? [] : [`${at}: ${shown(value)} is not ${literal}`];
    }
    if (this.#isText(type)) return typeof value === 'string' ? [] : [`${at}: ${shown(value)} is no string`];
    // Nothing that a server says has a fraction or a sign: the declarations have one type for all numbers, the protocol three.
    if (type.flags & ts.TypeFlags.Number)
      return Number.isInteger(value) && (value as number) >= 0 ? [] : [`${at}: ${shown(value)} is no uinteger`];
    if (this.#checker.isArrayType(type) || this.#checker.isTupleType(type)) return this.#listFaults(type, value, at);
    return this.#objectFaults(type, value, at);
  }

  /** What is nearest to be right says what is wrong. */
  #unionFaults(type: ts.UnionType, value: unknown, at: string): Fault[] {
    const alike = type.types.filter((one) => this.#kindOf(one) === kindOf(value));
    let nearest: Fault[] | undefined;
    for (const one of alike) {
      const faults = this.faults(one, value, at);
      if (faults.length === 0) return [];
      if (!one.isLiteral() && (nearest === undefined || faults.length < nearest.length)) nearest = faults;
    }
    return nearest ?? [`${at}: ${shown(value)} is none of ${this.#checker.typeToString(type)}`];
  }

  #kindOf(type: ts.Type): string {
    // What need not be there is not null, either.
    if (type.flags & ts.TypeFlags.Undefined) return 'undefined';
    if (type.flags & (ts.TypeFlags.Void | ts.TypeFlags.Null)) return 'null';
    if (this.#isText(type)) return 'string';
    if (type.flags & ts.TypeFlags.NumberLike) return 'number';
    if (type.flags & ts.TypeFlags.BooleanLike) return 'boolean';
    return this.#checker.isArrayType(type) || this.#checker.isTupleType(type) ? 'list' : 'object';
  }

  #isText(type: ts.Type): boolean {
    if (type.isIntersection()) return type.types.some((one) => this.#isText(one));
    return (type.flags & ts.TypeFlags.StringLike) !== 0;
  }

  #listFaults(type: ts.Type, value: unknown, at: string): Fault[] {
    if (!Array.isArray(value)) return [`${at}: ${shown(value)} is no list`];
    const items = this.#checker.getTypeArguments(type as ts.TypeReference);
    if (this.#checker.isArrayType(type)) {
      return value.flatMap((item, n) => this.faults(items[0]!, item, `${at}[${n}]`));
    }
    if (value.length !== items.length) return [`${at}: has ${value.length} items in place of ${items.length}`];
    return items.flatMap((item, n) => this.faults(item, value[n], `${at}[${n}]`));
  }

  #objectFaults(type: ts.Type, value: unknown, at: string): Fault[] {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [`${at}: ${shown(value)} is no ${this.#checker.typeToString(type)}`];
    const given = new Map(Object.entries(value));
    const faults: Fault[] = [];
    for (const property of this.#checker.getPropertiesOfType(type)) {
      const of = given.get(property.name);
      given.delete(property.name);
      if (of !== undefined) faults.push(...this.faults(this.#typeOf(property), of, `${at}.${property.name}`));
      else if (!(property.flags & ts.SymbolFlags.Optional)) faults.push(`${at}.${property.name}: is missing`);
    }
    const others = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String);
    for (const [name, of] of given) {
      if (others === undefined) faults.push(`${at}.${name}: is no part of ${this.#checker.typeToString(type)}`);
      else faults.push(...this.faults(others, of, `${at}.${name}`));
    }
    return faults;
  }

  #typeOf(property: ts.Symbol): ts.Type {
    return this.#checker.getTypeOfSymbol(property);
  }

  everything(type: ts.Type, key: string, texts: Readonly<Record<string, string | readonly string[]>>): unknown {
    const there = this.#checker.getNonNullableType(type);
    if (there.flags & ts.TypeFlags.BooleanLike || there.flags & ts.TypeFlags.Any) return true;
    if (this.#checker.isArrayType(there)) {
      const item = this.#checker.getTypeArguments(there as ts.TypeReference)[0]!;
      const literals = (item.isUnion() ? item.types : [item]).flatMap((one) => (one.isLiteral() ? [one.value] : []));
      return literals.length > 0 ? literals : textFor(key, texts);
    }
    if (there.isUnion()) {
      // Of a yes and what there is to say beside it, the latter.
      const said = there.types.find((one) => one.flags & ts.TypeFlags.Object) ?? there.types[0]!;
      return this.everything(said, key, texts);
    }
    if (there.isStringLiteral()) return there.value;
    if (this.#isText(there)) return textFor(key, texts);
    if (there.flags & ts.TypeFlags.NumberLike) return there.isLiteral() ? there.value : 1000;
    const parts = this.#checker
      .getPropertiesOfType(there)
      .map((property) => [property.name, this.everything(this.#typeOf(property), property.name, texts)]);
    return Object.fromEntries(parts);
  }
}

function textFor(key: string, texts: Readonly<Record<string, string | readonly string[]>>): string | readonly string[] {
  const text = texts[key];
  if (text === undefined) throw new Error(`no text is known for ${key}`);
  return text;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}
