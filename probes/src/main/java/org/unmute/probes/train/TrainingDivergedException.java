package org.unmute.probes.train;

import org.unmute.files.Diagnosis;

/** The loss became NaN or infinite, so training stopped. The last checkpoint is from before that step. */
public final class TrainingDivergedException extends RuntimeException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1;

    TrainingDivergedException(String message) {
        super(message);
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.FAILED;
    }
}
