package org.unmute.benchmark;

import org.unmute.files.Diagnosis;

/** A {@link StopSignal} stopped a cell before it was finished. Its state is saved; the same call resumes it. */
public final class StoppedException extends RuntimeException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1;

    /** @param cell name of the cell in messages */
    public StoppedException(String cell) {
        super("benchmark: " + cell + " was stopped; run it again to go on");
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.FAILED;
    }
}
