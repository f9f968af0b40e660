import { it } from 'vitest';
import { checkTrajectory } from './trajectory.ts';

it("twenty steps of AdamW follow PEFT's losses to PEFT's prompt", () => checkTrajectory());
