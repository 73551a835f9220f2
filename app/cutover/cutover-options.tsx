import { CheckField } from '#app/ui/check-field.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { strategyNames } from '#lib/cutover/cutover.ts';

interface CutoverOptionsProps {
  chosen: {
    strategy?: string | undefined;
    proof?: string | undefined;
    replace?: string | undefined;
    requireApproval?: string | undefined;
    keepStaging?: string | undefined;
    /** Only a restore can leave its copy beside the live database. */
    beside?: string | undefined;
  };
  /** How proofs are made where nothing is chosen. */
  proof: string;
  canStayBeside: boolean;
}

/** The fields by which somebody says how a copy is proven and goes live. */
export function CutoverOptions({ chosen, proof, canStayBeside }: CutoverOptionsProps) {
  return (
    <>
      <div className="flex flex-wrap gap-3">
        <SelectField
          {...{ label: 'How it goes live', name: 'strategy', any: 'the target decides' }}
          options={strategyNames}
          chosen={chosen.strategy}
        />
        <SelectField
          {...{ label: 'Proof', name: 'proof', any: `as configured: ${proof}` }}
          options={['content', 'counts']}
          chosen={chosen.proof}
        />
      </div>
      <fieldset className="grid gap-2">
        <legend className="mb-1 text-xs text-quiet">Options</legend>
        <CheckField
          name="requireApproval"
          label="Ask for an approval"
          about="After the proof it waits until somebody lets the copy go live."
          checked={chosen.requireApproval === 'on'}
        />
        {canStayBeside && (
          <CheckField
            name="beside"
            label="No cut-over"
            about="The proven copy stays beside the live database, to look at."
            checked={chosen.beside === 'on'}
          />
        )}
        <CheckField
          name="keepStaging"
          label="Keep a copy whose proof failed"
          about="To look at it; else it is dropped."
          checked={chosen.keepStaging === 'on'}
        />
        <CheckField
          name="replace"
          label="Replace in place"
          about="What the target holds is replaced in the very database, after a safety backup of it. For a role that cannot create databases."
          checked={chosen.replace === 'on'}
        />
      </fieldset>
    </>
  );
}
