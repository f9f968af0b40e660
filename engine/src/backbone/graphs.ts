/* The graph function of each architecture, by the name that its description has for it (`graph`). */
export { apertus } from './apertus.ts';
export { bloom } from './bloom.ts';
export { cohere } from './cohere.ts';
export { gemma } from './gemma.ts';
export { gptNeox } from './gpt-neox.ts';
export { gpt2 } from './gpt2.ts';
export { gptj } from './gptj.ts';
export { llama } from './llama.ts';
export { olmo2 } from './olmo2.ts';
export { opt } from './opt.ts';
export { xglm } from './xglm.ts';
