package org.unmute.bench.peer;

/**
 * A program whose speed is measured: ours or a peer. It lives in a process of its own with a fixed number of threads,
 * reads the same inputs from the same files as all others, and shows its outputs before it is timed.
 */
public interface Contender extends AutoCloseable {
    /** Name and version, for the table. */
    String describe();

    /**
     * Gets ready for a case: reads inputs and weights, makes what is made once.
     *
     * @return what is timed
     * @throws UnsupportedCaseException if it has no such operation, with the reason
     * @throws Exception if it fails
     */
    Call prepare(CaseFolder folder) throws Exception;

    @Override
    default void close() {}

    /** What is timed. */
    interface Call extends AutoCloseable {
        /** From inputs in memory to results in memory. */
        void run() throws Exception;

        /** Writes what the last {@link #run} gave into the case's folder. */
        void show(CaseFolder folder) throws Exception;

        /** Most bytes that tensors held during a run beside inputs and parameters; -1 where it is not counted. */
        default long tensorBytes() {
            return -1;
        }

        @Override
        default void close() {}
    }
}
