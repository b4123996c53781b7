package org.unmute.data.set;

import java.io.IOException;
import org.unmute.files.Diagnosis;

/** A data set cannot be read from a folder as it is; the message names what is wrong and what to do. */
public final class DatasetException extends IOException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1L;

    /**
     * @param dataset its name
     * @param detail what is wrong, the values, what to do
     */
    public DatasetException(String dataset, String detail) {
        super("dataset " + dataset + ": " + detail);
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.INPUT;
    }
}
