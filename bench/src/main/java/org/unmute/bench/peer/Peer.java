package org.unmute.bench.peer;

/**
 * An engine that is timed: a peer, or this engine in the same role. It runs in its own process with a fixed number of
 * threads, reads the same inputs from the same files as all others, and writes its outputs before it is timed.
 */
public interface Peer extends AutoCloseable {
    /** Name, version and the library that multiplies, for the table. */
    String describe();

    /**
     * Prepares a case: reads inputs and weights, and does all one-time work.
     *
     * @return the call to time
     * @throws PeerException if it does not support the case, with the reason
     * @throws Exception if it fails
     */
    Call prepare(CaseFolder folder) throws Exception;

    @Override
    default void close() {}

    /** A call to time. */
    interface Call extends AutoCloseable {
        /** From inputs in memory to results in memory. */
        void run() throws Exception;

        /** Writes the outputs of the last {@link #run} to the case's folder. */
        void show(CaseFolder folder) throws Exception;

        /** Peak bytes of tensors during a run, without inputs and parameters; -1 if not counted. */
        default long tensorBytes() {
            return -1;
        }

        @Override
        default void close() {}
    }
}
