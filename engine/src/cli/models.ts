import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isAbsence } from '../../../model/src/file-reason.ts';
import type { ModelOffer } from '../../../protocol/src/models.ts';
import { FileError, InputError } from '../errors.ts';
import { offerModelsFrom } from '../models/offer-models.ts';
import { formatBytes, table } from '../text.ts';
import { Output } from './output.ts';
import { readArguments } from './usage.ts';

/** Models that cannot be used of which it is said why: a folder of a project's tests may hold many. */
const MOST_UNUSABLE = 5;

/** `ptask models [FOLDER…]`: the models that are there, and a few worth fetching, with what a training step takes. */
export async function models(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, { language: { type: 'string' }, json: { type: 'boolean' } }, [
    0,
    Number.POSITIVE_INFINITY,
  ]);
  const output = new Output(values.json);
  const folders = (positionals.length > 0 ? positionals : ['.']).map((folder) => path.resolve(folder));
  for (const folder of positionals) {
    await readdir(folder).catch((error: unknown) => {
      throw isAbsence(error) ? new InputError(`there is no folder '${folder}'`) : FileError.from(folder, 'read', error);
    });
  }
  const found = await offerModelsFrom(process.cwd(), folders, values.language ?? null);
  for (const model of found.models) output.event(modelEvent(model));
  const { rows, tokensARow } = found.step;
  output.text(
    `Reckoned for steps of ${rows} rows of ${tokensARow} tokens on the processor, to a factor of about three;`,
  );
  output.text(`this machine has ${formatBytes(found.memoryBytes)} of memory`);
  const there = found.models.filter(({ source }) => source !== 'suggested');
  const suggested = found.models.filter(({ source }) => source === 'suggested');
  tell('On this machine', there, found.memoryBytes, output);
  tell(
    `To be fetched with ptask fetch${values.language ? `, for ${values.language}` : ''}`,
    suggested,
    found.memoryBytes,
    output,
  );
  return 0;
}

function tell(title: string, offers: readonly ModelOffer[], memoryBytes: number, output: Output): void {
  if (offers.length === 0) return;
  output.text();
  output.text(`${title}:`);
  const usable = offers.filter(({ about }) => about !== undefined);
  const heads = ['', '', 'parameters', 'weights', 'memory', 'step'];
  for (const line of table([heads, ...usable.map((offer) => row(offer, memoryBytes))], [2, 3, 4, 5]))
    output.text(`  ${line}`);
  const unusable = offers.filter(({ problem }) => problem !== undefined);
  for (const { name, problem } of unusable.slice(0, MOST_UNUSABLE)) {
    output.text(`  ${name} cannot be used: ${problem}`);
  }
  const more = unusable.length - MOST_UNUSABLE;
  if (more > 0) output.text(`  … and ${more} more cannot be used; --json tells why`);
}

function row({ name, about }: ModelOffer, machine: number): string[] {
  const { architecture, parameters, bytes, memoryBytes, secondsPerStep, gated } = about!;
  return [
    name,
    architecture,
    parameters < 1e9 ? `${Number((parameters / 1e6).toPrecision(3))} M` : `${(parameters / 1e9).toPrecision(3)} B`,
    bytes === undefined ? '' : formatBytes(bytes),
    formatBytes(memoryBytes),
    `${Number(secondsPerStep.toPrecision(2))} s`,
    [...(memoryBytes > machine ? ['too large'] : []), ...(gated ? ['with terms to accept'] : [])].join(', '),
  ];
}

function modelEvent({ name, source, about, problem }: ModelOffer) {
  return {
    event: 'model',
    model: name,
    source,
    ...(about && {
      architecture: about.architecture,
      parameters: about.parameters,
      bytes: about.bytes,
      memory: Math.round(about.memoryBytes),
      step_s: about.secondsPerStep,
      gated: about.gated,
    }),
    ...(problem === undefined ? {} : { problem }),
  };
}
