package org.unmute.probes.train;

/** The loss became NaN or infinite, so training stopped. The last checkpoint precedes this. */
public final class TrainingDivergedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TrainingDivergedException(String message) {
        super(message);
    }
}
