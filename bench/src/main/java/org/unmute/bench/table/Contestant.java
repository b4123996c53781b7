package org.unmute.bench.table;

import java.nio.file.Path;

/** Who takes part in a row, in a process of its own. */
interface Contestant extends AutoCloseable {
    /** As {@code --peers} takes it. */
    String name();

    /** Name and version, for the table. */
    String label();

    /** Gets ready for a case, works once and shows its outputs. @return what is known of its memory */
    Memory prepare(Path folder) throws ContestantException;

    /**
     * Works again and again.
     *
     * @param most calls
     * @param seconds after which no further call begins; the first always does
     * @return milliseconds of every call
     */
    double[] time(int most, double seconds) throws ContestantException;

    /** The most it ever had resident since it was ready, in bytes; -1 if unknown. */
    long peakBytes();

    /** Lets go of the case. */
    void release() throws ContestantException;

    @Override
    void close();

    /**
     * What it held when it was ready.
     *
     * @param tensorBytes most that its tensors took during a call, -1 if it does not count
     * @param residentBytes the process when inputs and weights were loaded, -1 if unknown
     */
    record Memory(long tensorBytes, long residentBytes) {
        static final Memory UNKNOWN = new Memory(-1, -1);
    }
}
