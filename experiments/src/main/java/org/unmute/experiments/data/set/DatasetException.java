package org.unmute.experiments.data.set;

import java.io.IOException;
import java.util.List;

/** A data set cannot be read from a folder as it is; the message names what is wrong and what to do. */
public final class DatasetException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient List<Reading.Problem> problems;

    /**
     * @param dataset its name
     * @param detail what is wrong, the values, what to do
     */
    public DatasetException(String dataset, String detail) {
        this(dataset, detail, List.of());
    }

    /**
     * @param dataset its name
     * @param detail what is wrong, the values, what to do
     * @param problems the clips concerned
     */
    public DatasetException(String dataset, String detail, List<Reading.Problem> problems) {
        super("dataset " + dataset + ": " + detail);
        this.problems = List.copyOf(problems);
    }

    /** The clips concerned; empty if the error does not concern single clips. */
    public List<Reading.Problem> problems() {
        return problems == null ? List.of() : problems;
    }
}
