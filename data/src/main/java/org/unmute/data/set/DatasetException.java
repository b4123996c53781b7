package org.unmute.data.set;

import java.io.IOException;
import org.unmute.files.Diagnosis;

/** Thrown if a data set cannot be read from a folder; the message states the error and its remedy. */
public final class DatasetException extends IOException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1L;

    /**
     * @param dataset name of the data set
     * @param detail the error, the values concerned, and the remedy
     */
    public DatasetException(String dataset, String detail) {
        super("dataset " + dataset + ": " + detail);
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.INPUT;
    }
}
