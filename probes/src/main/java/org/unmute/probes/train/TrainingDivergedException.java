package org.unmute.probes.train;

/** The loss became NaN or infinite, so that going on is pointless. The last checkpoint is from before. */
public final class TrainingDivergedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TrainingDivergedException(String message) {
        super(message);
    }
}
